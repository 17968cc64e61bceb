"""Which licence a header states, and how: by a tag, its words, a pointer or its name."""

from __future__ import annotations

from modelkin.notices.notice import read_notice
from modelkin.results import LicenceForm

from ..support.cases import failures

LICENCES = [
    ("# SPDX-License-Identifier: MIT", "MIT"),
    ("# SPDX-License-Identifier: Apache-2.0 OR MIT", "Apache-2.0 OR MIT"),
    ("# SPDX-License-Identifier: (MIT AND BSD-3-Clause)", "(MIT AND BSD-3-Clause)"),
    ("# SPDX-License-Identifier:Apache-2.0", "Apache-2.0"),
    ("# SPDX-License-Identifier: GPL-2.0+  ", "GPL-2.0+"),
    ("# SPDX-License-Identifier: LicenseRef-NvidiaProprietary", "LicenseRef-NvidiaProprietary"),
    ("# SPDX-License-Identifier: GPL-3.0-or-later\n# the Apache License, Version 2.0", "GPL-3.0-or-later"),
    ("# Licensed under the Apache License, Version 2.0", "Apache-2.0"),
    ("# Licensed under the Apache License Version 2.0", "Apache-2.0"),
    ("# Apache 2.0 license", "Apache-2.0"),
    ("# This source code is licensed under the MIT license found in the LICENSE file", "MIT"),
    ("# Licensed under MIT", "MIT"),
    ("# Licensed under The MIT License [see LICENSE for details]", "MIT"),
    ("# This source code is licensed under the BSD-style license found in the", "BSD-3-Clause"),
    ("# BSD 3-Clause License", "BSD-3-Clause"),
    ("# BSD 2-Clause License", "BSD-2-Clause"),
    ("# under the terms of the GNU General Public License as published by", "GPL-2.0-or-later"),
    ("# GNU Lesser General Public License v3", "LGPL-3.0-only"),
    ("# GNU Affero General Public License", "AGPL-3.0-or-later"),
    ("# GNU General Public License version 2 only", "GPL-2.0-only"),
    ("# GNU General Public License as published by\n# anyone; version 2", "GPL-2.0-only"),
    ("# the GNU General Public License version 3.", "GPL-3.0-only"),
    ("# GPL-3.0-or-later", "GPL-3.0-or-later"),
    ("# License: LGPLv3+", "LGPL-3.0-or-later"),
    ("# GNU Library General Public License, version 2 or later", "LGPL-2.0-or-later"),
    ("# Ultralytics 🚀 AGPL-3.0 License - https://ultralytics.com/license", "AGPL-3.0-only"),
    ("# Mozilla Public License, v. 2.0", "MPL-2.0"),
    ("# Creative Commons Attribution-NonCommercial 4.0 International", "CC-BY-NC-4.0"),
    ("# All rights reserved.", ""),
    ("# mitigates the limits", ""),
    ("# under the Apache License,\n# Version 2.0", "Apache-2.0"),
    ("# Licensed under the Apache license", "Apache-2.0"),
    ("# Apache 2.0  (http://www.apache.org/licenses/LICENSE-2.0)", "Apache-2.0"),
    ("# Runs behind Apache 2.4", ""),
    ("# SPDX-License-Identifier: Apache-2.0\n# SPDX-License-Identifier: MIT", "Apache-2.0 AND MIT"),
    ("# SPDX-License-Identifier: Apache License 2.0", "Apache-2.0"),
    ("# SPDX-License-Identifier: <id>", ""),
    ("/* SPDX-License-Identifier: MIT */", ""),
    ("# /* SPDX-License-Identifier: MIT */", "MIT"),
    ("# MIT No Attribution", "MIT-0"),
    ("# under the Modified MIT License", ""),
    ("# License: MIT", "MIT"),
    ("# ISC License", "ISC"),
    ("# Permission to use, copy, modify, and/or distribute this software for any purpose", "ISC"),
    ("# Licensed under the Simplified BSD License", "BSD-2-Clause"),
    ("# Redistribution and use in source and binary forms, with or without", "BSD-2-Clause"),
    ("# BSD-3-Clause", "BSD-3-Clause"),
    ("# subject to the terms of the Mozilla Public License, v. 2.0.", "MPL-2.0"),
    ("# Eclipse Public License 2.0", "EPL-2.0"),
    ("# Licensed under the EUPL v1.2", "EUPL-1.2"),
    ("# This is free and unencumbered software released into the public domain.", "Unlicense"),
    ("# Licensed under CC BY-NC-SA 3.0 US.", "CC-BY-NC-SA-3.0"),
    ("# https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
    ("# Creative Commons Attribution-NonCommercial-ShareAlike 4.0", "CC-BY-NC-SA-4.0"),
    ("# Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
    ("# CC0 1.0 Universal", "CC0-1.0"),
    ("# a CC-BY-NC licence", ""),
    ("# Please note the CC-BY-NC 4.0 licence on these weights", ""),
    ("# Code and weights: https://example.org, licensed MIT", "MIT"),
    ("# REUSE-IgnoreStart\n# SPDX-License-Identifier: MIT\n# REUSE-IgnoreEnd\n# ISC license", "ISC"),
    ("# SPDX-SnippetBegin\n# SPDX-License-Identifier: MIT\n# SPDX-SnippetEnd\n# ISC license", "ISC"),
]


def test_a_licence_is_known_by_its_words() -> None:
    assert not failures(lambda line: read_notice(line.encode()).licence, LICENCES)


FORMS = [
    ("# SPDX-License-Identifier: MIT", LicenceForm.TAG, "MIT"),
    ("# Licensed under the MIT License", LicenceForm.NAMED, "MIT"),
    ("# This code is licensed under the MIT license found in the\n# LICENSE file", LicenceForm.POINTER, "MIT"),
    ("# Licensed under The MIT License [see LICENSE for details]", LicenceForm.POINTER, "MIT"),
    ("# Licensed under the Apache License 2.0, see LICENSE file.", LicenceForm.POINTER, "Apache-2.0"),
    ("# See License.txt in the project root for license information", LicenceForm.POINTER, ""),
    ("# For licensing see accompanying LICENSE file.", LicenceForm.POINTER, ""),
    ("# See ../LICENSE for clarification regarding multiple authors", LicenceForm.POINTER, ""),
    ("# see the COPYING file", LicenceForm.POINTER, ""),
    ("# See the License for the specific language", LicenceForm.NONE, ""),
    ("# Original licence: https://example.org/lamp/blob/main/LICENSE", LicenceForm.NONE, ""),
    ("# copying is done below", LicenceForm.NONE, ""),
]


def test_how_a_header_states_its_licence() -> None:
    def stated(lines: str) -> tuple[LicenceForm, str, int]:
        notice = read_notice(lines.encode())
        return notice.form, notice.licence, notice.last_line

    def last_line(lines: str, form: LicenceForm) -> int:
        return lines.count("\n") + 1 if form is not LicenceForm.NONE else 0

    assert not failures(stated, [(lines, (form, licence, last_line(lines, form))) for lines, form, licence in FORMS])
