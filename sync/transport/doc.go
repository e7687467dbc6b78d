// Package transport moves changesets between replicas: over HTTP, in requests of
// a size the line can bear, resumed at the byte after a cut. Client and server
// halves stand side by side.
//
// It knows the bytes of changesets only as something to carry: the receiving
// replica verifies them. It knows nothing of accounts or enrolment; the server
// asks an Authority who a device is.
//
// One exchange is one POST. The request tells what the sender holds and carries
// chunks of what the other side lacks; the response tells what is now durable
// there and carries chunks back. The messages are specified in sync/FORMAT.md.
package transport
