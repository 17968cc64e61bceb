"""modelkin: where the code of an AI-model repository came from, and whether its upstream's terms are met."""
