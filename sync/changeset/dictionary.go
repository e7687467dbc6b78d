package changeset

import (
	_ "embed"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A booth day is a few kilobytes: too little for a compressor to learn from. A
// dictionary lends it what such changesets mostly say. Dictionaries are numbered;
// one that was ever released is never changed and never taken away, since stored
// changesets need it.

// dictionary1 was trained by build/dictionary on the vocabulary of outreach work.
//
//go:embed dictionary/1.dict
var dictionary1 []byte

type dictionary struct {
	number  uint32
	encoder func() *zstd.Encoder
	decoder func() *zstd.Decoder
}

// newest is the one that is written; all are read.
var (
	newest       = newDictionary(1, dictionary1)
	dictionaries = map[uint32]*dictionary{newest.number: newest}
)

func newDictionary(number uint32, content []byte) *dictionary {
	return &dictionary{
		number: number,
		// With a dictionary the fastest level comes within a hundredth of the best,
		// and takes a hundredth of its 70 MB of memory.
		encoder: sync.OnceValue(func() *zstd.Encoder {
			return newEncoder(zstd.SpeedFastest, zstd.WithEncoderDict(content))
		}),
		decoder: sync.OnceValue(func() *zstd.Decoder { return newDecoder(zstd.WithDecoderDicts(content)) }),
	}
}
