package main

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fieldkit/sync/schema"
)

// plain is the floor: the same rows in plain tables with 36-character text ids,
// same driver and pragmas, and nothing kept besides.
type plain struct {
	path string
	db   *sql.DB
	conn *sql.Conn
	stmt map[string]*sql.Stmt
}

func openPlain(ctx context.Context, dir string, s *schema.Schema, cache int) (*plain, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	p := &plain{path: filepath.Join(dir, "plain.db"), stmt: map[string]*sql.Stmt{}}
	var err error
	if p.db, err = sql.Open("sqlite", "file:"+p.path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=temp_store(MEMORY)&_pragma=trusted_schema(OFF)&_pragma=cell_size_check(ON)&_pragma=wal_autocheckpoint(1000)"+fmt.Sprintf("&_pragma=cache_size(-%d)", cmp.Or(cache, 2000))); err != nil {
		return nil, err
	}
	if p.conn, err = p.db.Conn(ctx); err != nil {
		return nil, err
	}
	for _, t := range s.Tables {
		defs := []string{"id TEXT PRIMARY KEY NOT NULL"}
		for i := range t.Columns {
			typ := "TEXT"
			if c := &t.Columns[i]; c.Type == schema.Int || c.Type == schema.Bool {
				typ = "INTEGER"
			}
			defs = append(defs, `"`+t.Columns[i].Name+`" `+typ)
		}
		if err := p.exec(ctx, `CREATE TABLE "`+t.Name+`" (`+strings.Join(defs, ", ")+`) STRICT`); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *plain) exec(ctx context.Context, text string, args ...any) error {
	s := p.stmt[text]
	if s == nil {
		var err error
		if s, err = p.conn.PrepareContext(ctx, text); err != nil {
			return err
		}
		p.stmt[text] = s
	}
	_, err := s.ExecContext(ctx, args...)
	return err
}

// apply writes one operation.
func (p *plain) apply(ctx context.Context, o *op) error {
	switch o.Op {
	case "increment":
		return p.exec(ctx, `UPDATE "`+o.Table+`" SET "`+o.Col+`" = "`+o.Col+`" + ? WHERE id = ?`, o.By, o.ID)
	case "delete":
		return p.exec(ctx, `UPDATE "`+o.Table+`" SET dead = 1 WHERE id = ?`, o.ID)
	}
	names := make([]string, 0, len(o.values)+1)
	for name := range o.values {
		names = append(names, name)
	}
	slices.Sort(names)
	args := []any{o.ID}
	set := make([]string, 0, len(names))
	for _, name := range names {
		args = append(args, o.values[name])
		set = append(set, `"`+name+`" = excluded."`+name+`"`)
	}
	if o.Table == "handout" && o.Op == "insert" {
		names, args, set = append(names, "count"), append(args, o.counter), append(set, "count = excluded.count")
	}
	return p.exec(ctx, `INSERT INTO "`+o.Table+`" (id, "`+strings.Join(names, `", "`)+`") VALUES (?`+strings.Repeat(", ?", len(names))+`) ON CONFLICT (id) DO UPDATE SET `+strings.Join(set, ", "), args...)
}

// transaction runs fn in one durable transaction.
func (p *plain) transaction(ctx context.Context, fn func() error) error {
	if err := p.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	return p.exec(ctx, "COMMIT")
}

// size closes the database and returns its bytes after a checkpoint.
func (p *plain) size(ctx context.Context) (int64, error) {
	if err := p.close(ctx); err != nil {
		return 0, err
	}
	info, err := os.Stat(p.path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (p *plain) close(ctx context.Context) error {
	for _, s := range p.stmt {
		if err := s.Close(); err != nil {
			return err
		}
	}
	if _, err := p.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return err
	}
	if err := p.conn.Close(); err != nil {
		return err
	}
	return p.db.Close()
}
