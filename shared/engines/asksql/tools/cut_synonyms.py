"""Cuts the table of synonyms from WordNet 3.0 (Debian's package wordnet-base).

usage: cut_synonyms.py [DICTIONARY_DIR] > src/words/synonyms.tsv

A line is a word and the words that may stand for it, nearest first: words of its commoner senses, then,
marked with `~`, words one step above and below them. Only words that WordNet's own tagged texts use are kept, so that
the table stays small.
"""

import collections
import os
import sys

SENSES = {"noun": 4, "verb": 3, "adj": 2}
MOST = 14


def plain(word):
    return word.isalpha() and word.islower() and word.isascii() and 3 <= len(word) <= 16


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/wordnet"
    counts = collections.Counter()
    for line in open(os.path.join(folder, "cntlist.rev")):
        key, _, count = line.split()[:3]
        counts[key.split("%")[0]] += int(count)
    near = collections.defaultdict(dict)
    for kind, senses in SENSES.items():
        synsets = {}
        for line in open(os.path.join(folder, f"data.{kind}")):
            if line.startswith(" "):
                continue
            parts = line.split("|")[0].split()
            offset, many = parts[0], int(parts[3], 16)
            words = [parts[4 + 2 * at].lower().split("(")[0] for at in range(many)]
            rest = parts[5 + 2 * many :]
            above = []
            for at in range(int(parts[4 + 2 * many])):
                symbol, target, part = rest[4 * at : 4 * at + 3]
                if symbol in ("@", "&") and part == kind[0]:
                    above.append(target)
            synsets[offset] = (words, above)
        below = collections.defaultdict(list)
        for offset, (_, above) in synsets.items():
            for target in above:
                below[target].append(offset)
        for line in open(os.path.join(folder, f"index.{kind}")):
            if line.startswith(" "):
                continue
            parts = line.split()
            word = parts[0]
            if not plain(word) or counts[word] < 1:
                continue
            offsets = [part for part in parts if len(part) == 8 and part.isdigit()]
            for rank, offset in enumerate(offsets[:senses]):
                words, above = synsets[offset]
                for other in words:
                    add(near, counts, word, other, rank)
                if rank < 2:
                    for target in above:
                        for other in synsets[target][0]:
                            add(near, counts, word, other, 4 + rank)
                    for target in below[offset]:
                        for other in synsets[target][0]:
                            add(near, counts, word, other, 6 + rank)
    for word in sorted(near):
        others = sorted(near[word].items(), key=lambda pair: (pair[1], -counts[pair[0]], pair[0]))
        print("\t".join([word] + ["~" + other if rank >= 4 else other for other, rank in others[:MOST]]))


def add(near, counts, word, other, rank):
    if other != word and plain(other) and counts[other] >= (1 if rank < 4 else 5):
        near[word][other] = min(rank, near[word].get(other, rank))


if __name__ == "__main__":
    main()
