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
	number uint32
	// encoders take some 70 MB each: they are given back when none was needed for a while.
	encoders sync.Pool
	decoder  func() *zstd.Decoder
}

func (d *dictionary) encode(raw []byte) []byte {
	e := d.encoders.Get().(*zstd.Encoder)
	defer d.encoders.Put(e)
	return e.EncodeAll(raw, nil)
}

// newest is the one that is written; all are read.
var (
	newest       = newDictionary(1, dictionary1)
	dictionaries = map[uint32]*dictionary{newest.number: newest}
)

func newDictionary(number uint32, content []byte) *dictionary {
	return &dictionary{
		number: number,
		encoders: sync.Pool{New: func() any {
			return newEncoder(zstd.SpeedBestCompression, zstd.WithEncoderDict(content))
		}},
		decoder: sync.OnceValue(func() *zstd.Decoder { return newDecoder(zstd.WithDecoderDicts(content)) }),
	}
}
