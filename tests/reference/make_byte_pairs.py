"""Records byte-pair encoding from Hugging Face's `tokenizers`: trained vocabularies as their `tokenizer.json`, and the tokens of texts. Records
also the tokens that a plain count learns from the same text, after a token for each byte in the order of the bytes.

pip install tokenizers regex
"""

import collections
import json

import regex
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, decoders, trainers

import recording

NAMES = (recording.FOLDER / "../../examples/names.txt").resolve().read_text()
LEARNED_FROM = NAMES[:6000] + " the name of the rose; 1984, 2001 and 2010: don't say you'll. " * 20

TEXTS = [
    "",
    " ",
    "Anna and Annabelle don't know Rosamund's 1st name",
    "  two  spaces,\ttabs\n\nand lines \r\n  ",
    "12345 67 ½ Ⅷ ٣",
    "naïve café Ünïcödé ﬁ — “quotes” …",
    "हिन्दी में नाम 中文名字 имя ชื่อ 이름",
    "emoji 👩‍👩‍👧 and \x00 \x7f control\u00ad\u00a0\u3000",
    "we'LL I'm they're he'd've",
    "Mary",
    "<|end|>Maria<|pad|>",
]

# The pattern of Llama 3.
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def trained(pre_tokenizer, size, ignore_merges=False, special=()):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, special_tokens=list(special), show_progress=False
    )
    tokenizer.train_from_iterator([LEARNED_FROM], trainer)
    return tokenizer


def case(tokenizer, special=()):
    # Here a special token in a text is text.
    texts = [text for text in TEXTS if not any(name in text for name in special)]
    tokens = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    return {"file": json.loads(tokenizer.to_str()), "texts": texts, "tokens": tokens}


def learned(text, size):
    """The most frequent pair, again and again; of equally frequent ones that with the smaller tokens."""
    words = collections.Counter(regex.findall(GPT2, text))
    words = {word: list(word.encode()) for word in words}, words
    tokens = [bytes([byte]) for byte in range(256)]
    while len(tokens) < size:
        counts = collections.Counter()
        for word, split in words[0].items():
            for pair in zip(split, split[1:]):
                counts[pair] += words[1][word]
        pair, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        if count < 2:
            break
        merged = tokens[pair[0]] + tokens[pair[1]]
        if merged not in tokens:
            tokens.append(merged)
        index = tokens.index(merged)
        for word, split in words[0].items():
            result = []
            while split:
                if tuple(split[:2]) == pair:
                    result.append(index)
                    split = split[2:]
                else:
                    result.append(split[0])
                    split = split[1:]
            words[0][word] = result
    return [list(token) for token in tokens[256:]]


SPECIAL = ["<|end|>", "<|pad|>"]
split = pre_tokenizers.Sequence(
    [
        pre_tokenizers.Split(Regex(PATTERN), behavior="isolated", invert=False),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
)
recording.write(
    "byte_pairs.json",
    {
        "words": case(trained(pre_tokenizers.ByteLevel(add_prefix_space=False), 340)),
        "space": case(trained(pre_tokenizers.ByteLevel(add_prefix_space=True), 300)),
        "pattern": case(trained(split, 330, ignore_merges=True, special=SPECIAL), SPECIAL),
        "learned": {"text": LEARNED_FROM, "tokens": learned(LEARNED_FROM, 400)},
    },
)
