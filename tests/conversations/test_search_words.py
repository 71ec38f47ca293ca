"""The splitter, what a query finds in a text, and what is shown of it: by example, and against plain definitions."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatsite.conversations.search_query import Query, TooLong, parse
from chatsite.conversations.search_snippet import Piece, snippet
from chatsite.conversations.search_words import STRETCH, fold, keys, opening, runs, stretches, words

MIXED = st.text(st.sampled_from("数据库的，。 。ab Ab1_-'\"“”かガｶﾞ한국é́ß中\n\t😀Ａ"), max_size=40)
MELTING = "が かｶﾞ각ㅇe\u0301\u0323ßﷺ가나，…\u3000～！"
HAN = st.text(st.sampled_from("数据库的是"), min_size=1, max_size=4)


def finds(query: str, text: str) -> bool:
    return parse(query).matches(fold(text))


def shown_of(text: str, query: str) -> list[Piece]:
    return snippet(text, fold(text), parse(query))


@pytest.mark.parametrize(
    ("text", "same"),
    [("ＡＢＣ１２３", "abc123"), ("ｶﾞﾗｽ", "ガラス"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("e\u0301", "é")],
)
def test_case_width_and_ways_of_writing_are_folded(text: str, same: str) -> None:
    assert fold(text) == same


@given(st.integers(STRETCH - 4, STRETCH + 4), st.text(st.sampled_from(MELTING), max_size=30))
def test_a_long_text_folds_piece_by_piece_as_it_does_at_once(length: int, text: str) -> None:
    long = "ａ" * length + text + " 字" * STRETCH + text
    assert "".join(stretches(long)) == long
    assert fold(long) == unicodedata.normalize("NFKC", long).casefold()


def test_a_letter_with_very_many_accents_is_folded_in_time_that_grows_with_them() -> None:
    longest = max(map(len, stretches("a" + "\u0301\u0316" * 100_000)))
    assert longest == 2 * STRETCH  # sorting what stands on one letter takes time as its square


def test_scripts_without_spaces_are_split_from_words_with_them() -> None:
    folded = fold("用Python写的snake_case程序，ภาษาไทย 한국어 हिन्दी café")
    assert words(folded) == ["python", "snake", "case", "हिन्दी", "café"]
    assert runs(folded) == ["用", "写的", "程序", "ภาษาไทย", "한국어"]


def test_keys_are_characters_pairs_words_and_their_first_letters() -> None:
    assert {"数", "据", "the", opening("t"), opening("th")} < keys("数据 the")
    assert len(keys("数据 the")) == 6  # and the pair
    assert "a" in keys("a")
    assert len(keys("a")) == 2


def test_only_the_beginning_of_a_very_long_word_is_a_key() -> None:
    assert max(map(len, keys("x" * 100_000))) == 40
    assert finds("x" * 50, "x" * 100_000)


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("世界 hello", "Hello, 世界!", True),
        ("hello wor", "the world says hello", True),
        ("wor hello", "the world says hello", False),
        ("hello", "othello", False),
        ('"hello world"', "hello, **world**", True),
        ('"hello world"', "world hello", False),
        ('"hello wor"', "hello world", False),
        ('"hello wor', "hello world", True),
        ("“你好 世界”", "你好 世界", True),
        ("“你好 世界”", "你好，世界", False),
        ("你好 世界", "世界，你好", True),
        ("数据", "数，据", False),
        ("你好，世", "你好，世界", True),
        ("python程", "我用Python程序", True),
        ("thon程", "我用Python程序", False),
        ("程序py", "程序Python", True),
        ("ｐｙｔｈｏｎ", "PYTHON", True),
        ("カ", "ｶﾀｶﾅ", True),
        ("한", "한국어", True),
        ("😀", "well 😀 then", True),
        ("ne", "nothing", False),
        ("NEAR(a b)", "a near b", True),
        ("group", "conv_group_id", True),
        ("C++", "c is not c plus", True),
    ],
)
def test_what_is_found(query: str, text: str, found: bool) -> None:
    assert finds(query, text) is found


@pytest.mark.parametrize("query", ["", " ", '"', '""', "+-*", "…", "\0", "\n"])
def test_without_anything_to_look_for_there_is_no_pattern(query: str) -> None:
    assert parse(query).patterns == ()


@pytest.mark.parametrize("query", ["a" * 201, "a " * 31, "a " * 90 + "a", "ﷺ" * 10])
def test_a_query_has_its_limits(query: str) -> None:
    with pytest.raises(TooLong):
        parse(query)
    parse("数" * 200)


@given(HAN, MIXED)
def test_dense_queries_find_what_a_plain_search_of_the_folded_text_finds(query: str, text: str) -> None:
    assert finds(query, text) == (query in fold(text))


@given(MIXED, MIXED)
def test_what_matches_has_all_keys(query: str, text: str) -> None:
    parsed, folded = parse(query), fold(text)
    if parsed.patterns and parsed.matches(folded):
        its = keys(folded)
        assert set(parsed.keys) <= its
        assert any(key.startswith(parsed.beginning) for key in its)


@given(st.text(max_size=200))
def test_any_text_is_a_query(query: str) -> None:
    try:
        parsed = parse(query)
    except TooLong:
        return
    assert all(
        key.strip() and not re.search(r"[\s\"'\\*&|!():<>]", key) for key in (*parsed.keys, parsed.beginning, "x")[:-2]
    )


@given(MIXED, MIXED, MIXED)
def test_a_snippet_is_the_texts_own_words_in_pieces(query: str, before: str, text: str) -> None:
    shown = shown_of(before * 8 + text, query)
    plain = re.sub(r"\s+", " ", before * 8 + text)
    words = "".join(piece["text"] for piece in shown)
    assert re.sub(r"\s+", " ", words).strip("… ") in plain.replace("…", "")
    assert all(piece["text"] for piece in shown)


def test_a_snippet_shows_the_find_and_marks_every_find_in_it() -> None:
    text = "很长的前言。" * 100 + "我们用ＰＹＴＨＯＮ写，\n\npython很好。" + "后记。" * 100
    shown = shown_of(text, "python")
    assert [piece["text"] for piece in shown if piece["hit"]] == ["ＰＹＴＨＯＮ", "python"]
    assert shown[0]["text"].startswith("…")
    assert shown[-1]["text"].endswith("…")
    assert shown[2]["text"] == "写， "
    assert sum(len(piece["text"]) for piece in shown) <= 202


def test_a_snippet_of_what_folds_to_something_longer_marks_what_is_meant() -> None:
    shown = shown_of("㍿" * 300 + "ｶﾞﾗｽの話", "ガラス")
    assert [piece["text"] for piece in shown if piece["hit"]] == ["ｶﾞﾗｽ"]


def test_a_find_far_into_a_long_text_is_shown_where_it_is() -> None:
    text = "ﷺ ｶﾞﾗｽ ½ e\u0301 " * 5000 + "here is the Needle, and so on"
    shown = shown_of(text, "needle")
    assert [piece["text"] for piece in shown if piece["hit"]] == ["Needle"]


def test_an_empty_query_has_no_spans() -> None:
    assert Query().spans("anything") == []
