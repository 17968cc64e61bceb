"""What a file says of whose it is and where it is from: copyright lines, licences and credits."""
