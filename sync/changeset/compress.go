package changeset

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Every zstd encoder and decoder of the engine is made here: a decoder without
// limits turns a few kilobytes into gigabytes.

var encoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(MaxRaw), zstd.WithSingleSegment(true))
	if err != nil {
		panic("changeset: zstd encoder options: " + err.Error()) // constant options
	}
	return e
})

var decoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(MaxRaw), zstd.WithDecoderMaxWindow(MaxRaw))
	if err != nil {
		panic("changeset: zstd decoder options: " + err.Error()) // constant options
	}
	return d
})

func compress(raw []byte) (algorithm uint8, payload []byte) {
	packed := encoder().EncodeAll(raw, nil)
	if len(packed) >= len(raw) {
		return CompressionNone, raw
	}
	return CompressionZstd, packed
}

func decompress(algorithm uint8, payload []byte, size int) ([]byte, error) {
	if algorithm == CompressionNone {
		if len(payload) != size {
			return nil, fmt.Errorf("%w: %d bytes instead of %d", ErrMalformed, len(payload), size)
		}
		return payload, nil
	}
	if size > MaxRaw {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, size)
	}
	raw, err := decoder().DecodeAll(payload, make([]byte, 0, size))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	if len(raw) != size {
		return nil, fmt.Errorf("%w: %d bytes instead of %d", ErrMalformed, len(raw), size)
	}
	return raw, nil
}
