"""The phrases of credits: how each says that something is from elsewhere, and what it must name to be one."""

from __future__ import annotations

from .model import Strength
from .origins import Certainty
from .phrasing import CODE_WORDS, FROM, GAP, LINE, LINK_AHEAD, LINKED, OF, VERSION_OF, Phrase

PHRASES = (
    Phrase(
        Strength.COPIED,
        r"\b(?:copied|(?:copy|cut)[\s/&-]{1,3}(?:(?:and|n)\s)?past(?:ed?|ing)|borrow(?:s|ed|ing)?|lifted|"
        r"forked|duplicated|cloned|excerpt(?:ed)?|backported|inlined|cribbed)"
        + GAP + FROM,
        Certainty.NAME,
        (
            ("copied", "paste", "pasting", "borrow", "lifted", "forked", "duplicated", "cloned", "excerpt",
             "backported", "inlined", "cribbed"),
            OF,
        ),
    ),
    Phrase(
        Strength.COPIED,
        r"\b(?:taken|extracted|moved|vendored|pulled|ripped|originat(?:es?|ed|ing)|originally|comes?|grabbed|"
        r"sourced|reused|synced|edited)" + GAP + FROM,
        Certainty.NAME,
        (
            ("taken", "extracted", "moved", "vendored", "pulled", "ripped", "originat", "originally", "come from",
             "comes from", "grabbed", "sourced", "reused", "synced", "edited"),
            OF,
        ),
        of_code=True,
    ),
    Phrase(Strength.COPIED, r"\bcopy\s+from\b", Certainty.NAME, (("copy from", "copy\nfrom"),), of_code=True),
    Phrase(
        Strength.COPIED,
        r"\bcopy\s+(?:and|&)\s+(?:modif|adapt)\w{1,8}\s+from\b",
        Certainty.NAME,
        (("copy and", "copy &"), OF),
    ),
    Phrase(
        Strength.COPIED,
        r"(?<!obtain\sa\s)(?<!make\sa\s)(?<!create\sa\s)\b(?:copy|clone)\s+of\b",
        Certainty.MODULE,
        (("copy of", "copy\nof", "clone of"),),
    ),
    Phrase(Strength.COPIED, r"\bforks?\s+of\b", Certainty.NAME, (("fork",), OF)),
    Phrase(
        Strength.ADAPTED,
        r"\b(?:adapt(?:ed|s|ations?|ing)?|adpa?a?ted|addapted|adapated|adatped|adopt(?:ed|s)?|ported)(?:" + GAP + FROM
        + "|" + VERSION_OF + r")|\b(?:adaptations?|port)\s+of\b|\bport\s+from\b",
        Certainty.NAME,
        (("adap", "adpa", "adpted", "addapted", "adat", "adopt", "ported", "port of", "port\nof", "port from"), OF),
    ),
    Phrase(
        Strength.ADAPTED,
        r"\b(?:modif(?:ied|y|ies|ed|ications?)|derived|derivative|derivation|simplified|refactored|rewritten|translated|"
        r"re-?implement(?:ed|ations?)|reproduced|reworked|tweaked)(?:" + GAP + FROM
        + "|" + VERSION_OF + r")|\b(?:modifications?|re-?implementations?|derivatives?|translations?)\s+of\b",
        Certainty.NAME,
        (
            ("modif", "deriv", "simplified", "refactored", "rewritten", "translat", "implement", "reproduced",
             "reworked", "tweaked"),
            OF,
        ),
        of_code=True,
    ),
    Phrase(
        Strength.BASED,
        r"\bbased\s{1,3}(?:up)?on\b|\bbuil(?:t|ds?|ding)\s{1,3}(?:up)?on(?:\s+top\s+of)?\b|\bbased\s+off(?:\s+of)?\b",
        Certainty.NAME,
        (("based", "built on", "built upon", "build on", "builds on", "building on"),),
        of_code=True,
    ),
    Phrase(
        Strength.BASED,
        LINE + r"(?:the\s+)?(?:original|official)(?:ly)?(?:\s+[\w/&+'-]{1,24}){0,4}?[\s/]+" + CODE_WORDS
        + r"(?:\s+(?:and|&)\s+(?:\w+\s+)?(?:weights|models?))?"
        r"(?:\s*\([^()]{0,40}\))?(?:\s+(?:is|are|can\s+be\s+found|available|here|from|at|in|by|on|it)\b){0,4}[\s:,<`-]{1,6}"
        + LINK_AHEAD,
        Certainty.LINK,
        (("original", "official"), LINKED),
    ),
    Phrase(
        Strength.BASED,
        r"\boriginal\s+(?:[\w-]{1,24}\s+){0,2}" + CODE_WORDS + r"\s*:" + LINK_AHEAD,
        Certainty.LINK,
        (("original",), LINKED),
    ),
    Phrase(
        Strength.ADAPTED,
        r"\b(?:ported|adapted|converted|translated|rewritten)\s+(?:to|for|in)\s+(?:[\w.+-]{1,24}\s+){1,3}"
        r"(?:by|thanks\s+to)\s+(?=\[|@|https?:)",
        Certainty.LINK,
        (("ported", "adapted", "converted", "translated", "rewritten"), LINKED),
    ),
    Phrase(
        Strength.BASED,
        LINE + r"source(?:\s+code)?\s*:",
        Certainty.FILE,
        (("source:", "source code:", "source :"),),
    ),
    Phrase(Strength.BASED, LINE + r"credits?\s*:", Certainty.FILE, (("credit:", "credits:", "credits :"),)),
    Phrase(
        Strength.BASED,
        r"\bfollow(?:s|ed|ing)?(?:\s+\w{1,20}){0,2}\s+from\b[\s:]{1,3}" + LINK_AHEAD,
        Certainty.LINK,
        (("follow",), LINKED),
    ),
    Phrase(
        Strength.BASED,
        r"\bcredits?(?:\s+goes)?(?:\s+to|\s+for\s+[\w\s]{1,40}\sto)?[\s:]{1,3}" + LINK_AHEAD,
        Certainty.LINK,
        (("credit",), LINKED),
    ),
    Phrase(
        Strength.BASED,
        r"\b(?:portions?|parts?|some|much|most|bits)\s+of\s+(?:this|the|these|our)\s+(?:[\w-]{1,20}\s+){1,3}"
        r"(?:is|are|comes?|were|was)\s+from\b",
        Certainty.NAME,
        (("portion", "part of", "parts of", "some of", "much of", "most of", "bits of"), ("from",)),
    ),
    Phrase(
        Strength.COPIED,
        LINE + r"from\s+(?=[\w-]{2,20}\s+(?:internals|source\s+code|codebase)\b)",
        Certainty.NAME,
        (("internals", "source code", "codebase"), ("from",)),
    ),
    Phrase(
        Strength.BASED,
        r"\bfrom\b[\s:]{1,3}(?:(?!(?:is|are|was|in|to|on|and|with|by)\b)[\w'-]{1,24}[\s:(]{1,3}){0,5}?" + LINK_AHEAD,
        Certainty.LINK,
        (("from",), LINKED),
        loose=True,
    ),
    Phrase(
        Strength.IDEA,
        r"\b(?:inspired|influenced|motivated)\s+(?:by|from)\b",
        Certainty.NAME,
        (("inspired", "influenced", "motivated"),),
    ),
    Phrase(
        Strength.IDEA,
        r"\b(?:credits?|thanks|courtesy|kudos)\b(?:\s+goes)?(?:\s+(?:to|of))?",
        Certainty.NAME,
        (("credit", "thanks", "courtesy", "kudos"),),
    ),
    Phrase(
        Strength.IDEA,
        r"\b(?:references?|refer(?:red|s)?\s+to|see(?:\s+also)?|implementation|code)\b[\s:]{1,4}"
        r"(?:(?!from\b)[\w'-]{1,24}[\s:(]{1,3}){0,3}?" + LINK_AHEAD,
        Certainty.LINK,
        (("refer", "see", "implementation", "code"), LINKED),
        loose=True,
    ),
)  # fmt: skip
