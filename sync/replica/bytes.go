package replica

import "crypto/sha256"

// SealBytes encrypts what an application keeps beside the database, such as a
// photo, under this replica's data key. context binds it to its place: it opens
// under the same context only.
func (r *Replica) SealBytes(context string, plain []byte) []byte {
	return seal(r.vault.local, plain, bytesContext(context))
}

// OpenBytes is the inverse of SealBytes; an error says that the bytes are damaged
// or were sealed elsewhere.
func (r *Replica) OpenBytes(context string, sealed []byte) ([]byte, error) {
	return unseal(r.vault.local, sealed, bytesContext(context))
}

// bytesContext keeps these apart from everything else under the same key.
func bytesContext(context string) []byte {
	sum := sha256.Sum256([]byte("fieldkit/bytes/" + context))
	return sum[:]
}

// Dir is the data directory.
func (r *Replica) Dir() string { return r.opts.Dir }
