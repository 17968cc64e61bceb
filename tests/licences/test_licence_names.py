"""What names and expressions in metadata mean."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelkin.licences.identify import identify
from modelkin.licences.licence_names import licence_ids, name_key

from ..support.cases import failures
from ..support.processor_time import processor_seconds

NAMES = {
    "Apache-2.0": ("Apache-2.0",),
    "apache-2.0": ("Apache-2.0",),
    "Apache 2.0": ("Apache-2.0",),
    "Apache License, Version 2.0": ("Apache-2.0",),
    " The Apache  License v2 ": ("Apache-2.0",),
    "License :: OSI Approved :: Apache Software License": ("Apache-2.0",),
    "MIT": ("MIT",),
    "MIT License": ("MIT",),
    "License :: OSI Approved :: MIT License": ("MIT",),
    "License :: OSI Approved :: MIT No Attribution License (MIT-0)": ("MIT-0",),
    "BSD-3-Clause": ("BSD-3-Clause",),
    "bsd-3-clause": ("BSD-3-Clause",),
    "GPL-3.0": ("GPL-3.0-only",),
    "GPL-3.0+": ("GPL-3.0-or-later",),
    "GPL v2 or later": ("GPL-2.0-or-later",),
    "License :: OSI Approved :: GNU General Public License v3 (GPLv3)": ("GPL-3.0-only",),
    "License :: OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)": ("LGPL-3.0-or-later",),
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": ("MPL-2.0",),
    "cc-by-nc-4.0": ("CC-BY-NC-4.0",),
    "CC BY-NC-SA 4.0": ("CC-BY-NC-SA-4.0",),
    "bsl-1.0": ("BSL-1.0",),
    "llama2": ("LicenseRef-Llama-2",),
    "llama3.1": ("LicenseRef-Llama-3.1",),
    "Llama 3.2 Community License": ("LicenseRef-Llama-3.2",),
    "gemma": ("LicenseRef-Gemma",),
    "creativeml-openrail-m": ("LicenseRef-CreativeML-OpenRAIL-M",),
    "openrail++": ("LicenseRef-CreativeML-OpenRAIL-PlusPlus-M",),
    "Zlib": ("Zlib",),
}
EXPRESSIONS = {
    "MIT OR Apache-2.0": ("MIT", "Apache-2.0"),
    "Apache-2.0 or MIT": ("Apache-2.0", "MIT"),
    "(MIT AND GPL-2.0+) OR (MIT AND BSD-3-Clause)": ("MIT", "GPL-2.0-or-later", "BSD-3-Clause"),
    "Apache-2.0 WITH LLVM-exception": ("Apache-2.0",),
    "MIT/Apache-2.0": ("MIT", "Apache-2.0"),
    "MIT License, Apache 2.0": ("MIT", "Apache-2.0"),
    "BSD 3-Clause and Apache License, Version 2.0": ("BSD-3-Clause", "Apache-2.0"),
    "llama3.1 AND MIT": ("LicenseRef-Llama-3.1", "MIT"),
    "MIT OR Unheard-of": ("MIT",),
    "MIT OR OR": ("MIT",),
}
NOTHING = (
    *("", " ", "bsd", "BSD License", "gpl", "lgpl", "cc", "openrail", "other", "unknown", "license", "public domain"),
    *("see LICENSE", "Proprietary", "((((", "MIT" * 500, "许可"),
    *("License :: OSI Approved :: BSD License", "License :: Other/Proprietary License"),
)


def test_a_name_or_an_expression_says_which_licences_it_means() -> None:
    assert not failures(licence_ids, (NAMES | EXPRESSIONS).items())


def test_families_and_what_is_unknown_say_nothing() -> None:
    assert not [stated for stated in NOTHING if licence_ids(stated)]


def test_names_of_different_licences_keep_apart() -> None:
    pairs = [("GPL-2.0", "GPL-2.0+"), ("llama3", "llama3.1"), ("cc-by-4.0", "cc-by-nc-4.0"), ("MPL-1.0", "MPL-1.1")]
    assert not [(one, other) for one, other in pairs if name_key(one) == name_key(other)]


@given(st.text(max_size=200) | st.text(alphabet="MITand()orGPL-2.0+/, ", max_size=200))
def test_anything_may_be_stated(stated: str) -> None:
    assert all(isinstance(licence, str) and licence for licence in licence_ids(stated))


def test_what_is_hostile_takes_bounded_time() -> None:
    for stated in ("(" * 1_000_000, "MIT OR " * 200_000, "(MIT " * 150, "a" * 1_000_000, " " * 1_000_000):
        with processor_seconds(at_most=0.5):
            licence_ids(stated)


SENTENCES = {
    "# Licensed under the Apache License, Version 2.0": "Apache-2.0",
    "# This source code is licensed under the MIT license found in the\n# LICENSE file in the root directory.": "MIT",
    "// Distributed under the terms of the Eclipse Public License 2.0.": "EPL-2.0",
    "Released under the BSD 3-Clause License": "BSD-3-Clause",
    "May be used according to the terms of the GNU General Public License version 2.": "GPL-2.0-only",
    "it under the terms of the GNU Lesser General Public License as published by the Free Software Foundation; "
    "either version 2.1 of the License, or (at your option) any later version.": "LGPL-2.1-or-later",
    "You may use it in accordance with the terms of the Llama 3 Community License Agreement.": "LicenseRef-Llama-3",
}
SAYING_NOTHING = [
    "# This source code is licensed under the license found in the LICENSE file",
    "# Licensed under the BSD-style license found in the LICENSE file",
    "# Licensed under the Apache License, Version 7.0",
    "The MIT campus is by the river.",
    "It is licensed under the MIT license, and that one is released under the Apache License 2.0",
    "the GNU General Public License version 2, or the GNU Lesser General Public License version 3",
]


def test_a_sentence_in_a_short_header_names_its_licence() -> None:
    def named(text: str) -> list[tuple[str, float, int]]:
        return [(found.licence, found.containment, found.first_line) for found in identify(text)]

    assert not failures(named, [(text, [(licence, 1.0, 1)]) for text, licence in SENTENCES.items()])


def test_pointers_other_versions_and_several_names_say_nothing() -> None:
    assert not [text for text in SAYING_NOTHING if identify(text)]


def test_a_sentence_in_a_long_text_says_nothing_of_all_of_it() -> None:
    assert identify("Licensed under the MIT license.\n" + "More about it. " * 200) == ()
