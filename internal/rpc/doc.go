// Package rpc lets a browser call Go services and hear their events, and writes
// the TypeScript client that does so. It knows nothing of what the services do.
package rpc
