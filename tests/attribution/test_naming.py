"""Whether a credit or a text names an upstream."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.attribution.naming import credits_it, is_for_code, mentions, names_in_words, project_names, publisher_of
from modelkin.notices.model import Credit, Strength

from ..support.attributed import LAMP
from ..support.processor_time import processor_seconds

LINK = "https://github.com/example/lamp/blob/v1.0/lamp/modeling_lamp.py"
TIMM = replace(
    LAMP, project="timm", package="timm", url="https://github.com/huggingface/pytorch-image-models/blob/v1/x"
)


def credit(words: str, url: str = "", project: str = "", path: str = "") -> Credit:
    return Credit(1, 1, words, Strength.ADAPTED, url, project, path)


def test_a_project_goes_by_its_package_and_its_repository_too() -> None:
    assert project_names(TIMM) == {"timm", "pytorch-image-models", "huggingface/pytorch-image-models"}


def test_the_address_of_a_project_names_it_where_releases_are_read_elsewhere() -> None:
    upload = replace(LAMP, project="lpl", package="lpl", url="https://pypi.org/project/lpl/1.0/")
    home = replace(upload, homepage="https://github.com/ada/PerceptualLamps")
    said = credit("Adapted from", url="https://github.com/ada/PerceptualLamps", project="ada/PerceptualLamps")
    assert (credits_it(said, upload), credits_it(said, home)) == (False, True)
    assert (publisher_of(upload), publisher_of(home)) == ("", "github.com/ada")


def test_a_repository_is_known_by_a_longer_name_of_its_owner() -> None:
    stft = replace(LAMP, project="torch-stft", package="", url="https://github.com/ada/torch-stft/blob/v1/a.py")
    cases = {"ada/pytorch-stft": True, "bee/pytorch-stft": False, "ada/pytorch-fft": False}
    for name, right in cases.items():
        assert credits_it(credit("adapted from", url=f"https://github.com/{name}", project=name), stft) is right


RIGHT = [
    credit(f"Adapted from {LINK}", url=LINK),
    credit("Adapted from Lamp", project="Lamp"),
    credit("Adapted from example/lamp", project="example/lamp"),
    credit("Copied from lamp.modeling_lamp.LampAttention", path="lamp.modeling_lamp.LampAttention"),
    credit("Taken from lamp/modeling_lamp.py", path="lamp/modeling_lamp.py"),
    credit("based on the attention of lamp, thank you"),
    credit("Adapted from https://github.com/example/lamp.git", url="https://github.com/example/lamp.git"),
]


def test_a_credit_names_its_upstream() -> None:
    assert not [each.words for each in RIGHT if not credits_it(each, LAMP)]


def test_a_name_is_the_same_however_its_words_are_parted() -> None:
    lit = replace(LAMP, project="litlamp", package="litlamp", url="https://github.com/example/litlamp/blob/v1/a.py")
    link = "https://github.com/example/lit-lamp"
    for said in (credit(f"Based on {link}", url=link), credit("Based on Lit-Lamp", project="Lit-Lamp")):
        assert credits_it(said, lit)
    assert not credits_it(credit("Based on bit-lamp", project="bit-lamp"), lit)
    assert not credits_it(credit("Based on la-mp", project="la-mp"), LAMP), "too short to tell"
    assert names_in_words(credit(f"built upon [lit-lamp]({link})", url=link, project="example/lit-lamp"), [lit])
    assert not names_in_words(credit(f"built upon {link}", url=link, project="example/lit-lamp"), [lit])


WRONG = [
    credit("Adapted from https://github.com/other/thing", url="https://github.com/other/thing"),
    credit("Adapted from https://huggingface.co/ada/lamp-7b", url="https://huggingface.co/ada/lamp-7b"),
    credit("Adapted from lamplight", project="lamplight"),
    credit("Adapted from https://lamp.example.org/", url="https://lamp.example.org/"),
    credit("Copied from torch.nn.Linear", path="torch.nn.Linear"),
]


def test_a_credit_for_another_does_not() -> None:
    assert not [each.words for each in WRONG if credits_it(each, LAMP)]


TEXTS = [
    ("This product includes code of lamp.", True),
    ("https://github.com/example/lamp", True),
    ("https://github.com/other/lamp", False),
    ("lamp-light, blamp, lamps", False),
    ("see lamp/modeling_lamp.py", True),
    ("", False),
]


def test_a_text_mentions_a_project_as_a_word() -> None:
    assert {text: mentions(text, LAMP) for text, _ in TEXTS} == dict(TEXTS)


def test_names_of_two_letters_are_found_in_no_text() -> None:
    short = replace(LAMP, project="t5", package="t5", path="t5/x.py", url="")
    assert not mentions("the t5 of it", short)


def test_an_idea_is_no_credit_for_code() -> None:
    assert is_for_code(credit("x", project="lamp"))
    assert not is_for_code(replace(credit("x", project="lamp"), strength=Strength.IDEA))
    assert not is_for_code(credit("thanks to the authors"))


def test_a_long_notice_is_read_in_time() -> None:
    with processor_seconds(at_most=2):
        assert not mentions("lam example/ https:// " * 50_000, LAMP)
