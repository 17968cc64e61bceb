"""Reads shards of training text, for Python 2."""

import os
import sys


class PieceReader(object):
    """Hands out lines of the shards in a folder, one shard after the other."""

    def __init__(self, folder, suffix=".txt", limit=10L):
        self.folder = folder
        self.suffix = suffix
        self.limit = limit
        self.broken = {}

    def shards(self):
        names = [name for name in os.listdir(self.folder) if name.endswith(self.suffix)]
        names.sort(key=lambda name: (len(name), name))
        return names[: self.limit]

    def lines(self):
        for number, name in enumerate(self.shards()):
            path = os.path.join(self.folder, name)
            try:
                shard = open(path)
            except IOError, error:
                self.broken[path] = error
                print >> sys.stderr, "cannot read %s" % path
                continue
            for line in shard:
                text = unicode(line, "utf-8", "replace").strip()
                if text and not self.broken.has_key(text):
                    yield number, text

    def report(self):
        for path, error in self.broken.iteritems():
            print path, "failed with", repr(error)
        print "%d shards, %d failed" % (len(self.shards()), len(self.broken))
        exec "self.done = True"
        return 0777
