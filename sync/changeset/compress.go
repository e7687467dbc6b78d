package changeset

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Every zstd encoder and decoder of the engine is made here: a decoder without
// limits turns a few kilobytes into gigabytes.

// Payloads up to smallRaw bytes are tried with a dictionary and at a level that may
// suit them better than the best; those above largeRaw are compressed at a level
// that costs a third of the time.
const (
	smallRaw = 128 << 10
	largeRaw = 2 << 20
)

func newEncoder(level zstd.EncoderLevel, more ...zstd.EOption) *zstd.Encoder {
	e, err := zstd.NewWriter(nil, append(more, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(MaxRaw), zstd.WithSingleSegment(true))...)
	if err != nil {
		panic("changeset: zstd encoder options: " + err.Error()) // constant options
	}
	return e
}

var (
	bestEncoder = sync.OnceValue(func() *zstd.Encoder { return newEncoder(zstd.SpeedBestCompression) })
	midEncoder  = sync.OnceValue(func() *zstd.Encoder { return newEncoder(zstd.SpeedDefault) })
	fastEncoder = sync.OnceValue(func() *zstd.Encoder { return newEncoder(zstd.SpeedBetterCompression) })
)

func newDecoder(more ...zstd.DOption) *zstd.Decoder {
	d, err := zstd.NewReader(nil, append(more, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(MaxRaw), zstd.WithDecoderMaxWindow(MaxRaw))...)
	if err != nil {
		panic("changeset: zstd decoder options: " + err.Error()) // constant options
	}
	return d
}

var plainDecoder = sync.OnceValue(func() *zstd.Decoder { return newDecoder() })

// packed is a payload ready to be carried.
type packed struct {
	algorithm  uint8
	dictionary uint32
	rawSize    int
	payload    []byte
}

// compress packs a payload at the level that its size is worth.
func compress(raw []byte) packed {
	encoder := bestEncoder
	if len(raw) > largeRaw {
		encoder = fastEncoder
	}
	p := packed{algorithm: CompressionZstd, rawSize: len(raw), payload: encoder().EncodeAll(raw, nil)}
	if len(raw) <= smallRaw {
		if mid := midEncoder().EncodeAll(raw, nil); len(mid) < len(p.payload) {
			p.payload = mid
		}
		if with := newest.encoder().EncodeAll(raw, nil); len(with) < len(p.payload) {
			p.dictionary, p.payload = newest.number, with
		}
	}
	if len(p.payload) >= len(raw) {
		return packed{rawSize: len(raw), payload: raw}
	}
	return p
}

// pack encodes and compresses a body the smallest way.
func pack(body *Body) (packed, error) {
	var best packed
	for _, s := range []style{byRank, commonly} {
		raw, err := encodeBody(body, s)
		if err != nil {
			return packed{}, err
		}
		if err := readable(raw, body, s); err != nil {
			return packed{}, err
		}
		if p := compress(raw); best.payload == nil || len(p.payload) < len(best.payload) {
			best = p
		}
		if len(raw) > smallRaw {
			break
		}
	}
	return best, nil
}

func decompress(algorithm uint8, number uint32, payload []byte, size int) ([]byte, error) {
	decoder := plainDecoder
	switch {
	case algorithm == CompressionNone:
		if len(payload) != size {
			return nil, fmt.Errorf("%w: %d bytes instead of %d", ErrPacked, len(payload), size)
		}
		return payload, nil
	case algorithm != CompressionZstd:
		return nil, fmt.Errorf("%w: compression %d", ErrAlgorithm, algorithm)
	case number != 0:
		d := dictionaries[number]
		if d == nil {
			return nil, fmt.Errorf("%w: %d", ErrDictionary, number)
		}
		decoder = d.decoder
	}
	if size > MaxRaw {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, size)
	}
	var header zstd.Header
	if err := header.Decode(payload); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrPacked, err)
	}
	if header.DictionaryID != number {
		return nil, fmt.Errorf("%w: with dictionary %d instead of %d", ErrPacked, header.DictionaryID, number)
	}
	if header.HasFCS && header.FrameContentSize != uint64(size) {
		return nil, fmt.Errorf("%w: %d bytes instead of %d", ErrPacked, header.FrameContentSize, size)
	}
	raw, err := decoder().DecodeAll(payload, make([]byte, 0, size))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrPacked, err)
	}
	if len(raw) != size {
		return nil, fmt.Errorf("%w: %d bytes instead of %d", ErrPacked, len(raw), size)
	}
	return raw, nil
}
