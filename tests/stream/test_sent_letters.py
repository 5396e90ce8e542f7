"""However often an owner is killed, each rejected message has one letter."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from gridfeed import clock
from gridfeed.domain.words import Reason
from gridfeed.kafka.letter import DeadLetter
from stream.fetched import Record
from stream.letters import Letter, Rejection, SentLetters

MESSAGES = 12
#: Of one life of an owner: how many messages it handles, and after how many it checkpoints.
LIVES = st.lists(st.tuples(st.integers(0, MESSAGES), st.integers(0, MESSAGES)), max_size=6)


def rejection(offset: int) -> Rejection:
    return Rejection(Record("t", 0, offset, b"m", b"\x01"), Reason.UNDECODABLE, "")


@dataclass
class Model:
    """A log of MESSAGES messages, all rejected; letters; what the database holds."""

    letters: list[DeadLetter] = field(default_factory=list)
    next_offset: int = 0
    letters_offset: int = 0

    def live(self, messages: int, checkpoint_after: int) -> None:
        """Open, handle so many messages one by one, checkpoint once, and be killed."""
        sent = SentLetters(self.letters_offset)
        for letter in self.letters[self.letters_offset :]:
            sent.note(letter)
        sent.end = len(self.letters)
        position = self.next_offset
        for handled in range(min(messages, MESSAGES - position)):
            if handled == checkpoint_after:
                self.next_offset = position
                self.letters_offset = sent.begin(position, MESSAGES)
            for each in sent.without([rejection(position)]):
                self.letters.append(as_found(each, len(self.letters)))
                sent.end = len(self.letters)
            position += 1


def as_found(each: Rejection, offset: int) -> DeadLetter:
    letter, place = Letter.whole(each), (each.record.topic, 0, each.record.offset)
    return DeadLetter(
        0, offset, clock.now(), str(each.reason), each.detail, *place, letter.key, letter.value
    )


@given(LIVES)
def test_after_any_kills_and_checkpoints_each_message_has_one_letter(
    lives: list[tuple[int, int]],
) -> None:
    model = Model()
    for messages, checkpoint_after in lives:
        model.live(messages, checkpoint_after)
    model.live(MESSAGES, MESSAGES)
    assert [letter.origin_offset for letter in model.letters] == list(range(MESSAGES))


def test_a_forged_letter_of_a_message_that_is_not_in_the_log_yet_holds_up_no_reading_back() -> None:
    sent = SentLetters(40)
    sent.note(as_found(rejection(9_000_000), 12))
    assert sent.begin(position=100, log_end=200) == 40


def test_letters_of_messages_that_are_not_handled_again_yet_are_read_back_again() -> None:
    sent = SentLetters(40)
    for origin, offset in ((98, 11), (100, 12), (101, 13)):
        sent.note(as_found(rejection(origin), offset))
    assert sent.begin(position=99, log_end=200) == 12
    assert sent.begin(position=101, log_end=200) == 13
    assert sent.begin(position=102, log_end=200) == 40
