package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Session is what the services share: the replica, once this laptop is
// enrolled, and who sits in front of it.
type Session struct {
	Events *rpc.Events

	mu      sync.RWMutex
	replica *replica.Replica
	unit    schema.ID
	officer schema.ID

	consultations *searchIndex
	stocked       stockBook
	book          struct {
		mu    sync.Mutex
		of    *replica.Replica
		now   *codeBook // nil when it must be read again
		leave func()
	}
}

// NewSession makes the session of a laptop that is not enrolled yet.
func NewSession(events *rpc.Events) *Session {
	s := &Session{Events: events}
	s.consultations = newSearchIndex(s)
	return s
}

// Close ends the session's background work; the replica stays open until its
// owner closes it.
func (s *Session) Close() { s.consultations.close() }

// Attach gives the session its replica and unit after enrolment, or at start.
func (s *Session) Attach(r *replica.Replica, unit schema.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replica, s.unit = r, unit
}

// UseOfficer says who is working; the zero ID for nobody.
func (s *Session) UseOfficer(officer schema.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.officer = officer
}

// Unit is the unit this laptop belongs to.
func (s *Session) Unit() schema.ID { s.mu.RLock(); defer s.mu.RUnlock(); return s.unit }

// Officer is who is working.
func (s *Session) Officer() schema.ID { s.mu.RLock(); defer s.mu.RUnlock(); return s.officer }

var errNotEnrolled = &rpc.UserError{Code: "not_enrolled", Message: "这台电脑还没有登记，请先输入县里给的登记码。", MessageEN: "This computer is not enrolled yet; enter the code from the county first."}

// open is the replica, or errNotEnrolled.
func (s *Session) open() (*replica.Replica, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.replica == nil {
		return nil, errNotEnrolled
	}
	return s.replica, nil
}

// now is the wall time of the replica, the machine's before enrolment.
func (s *Session) now() time.Time {
	if r, err := s.open(); err == nil {
		return r.Wall()
	}
	return time.Now()
}

// update runs one user action and makes its errors fit for the screen.
func (s *Session) update(fn func(tx *replica.Tx) error) error {
	r, err := s.open()
	if err != nil {
		return err
	}
	return s.explain(r.Update(context.Background(), fn))
}

// explain turns a refusal of the domain into a sentence for the form, and a
// failing disk into one that says what to do.
func (s *Session) explain(err error) error {
	var field *model.FieldError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &field):
		return &rpc.UserError{Code: "invalid", Field: field.Field, Message: field.Message, MessageEN: field.MessageEN}
	case replica.DiskFull(err):
		return &rpc.UserError{Code: "disk_full", Message: "磁盘满了，刚才这一步没有保存，之前的都在。请清理磁盘后再按一次保存。", MessageEN: "The disk is full: this step was not saved, everything before it is. Free some space and save again."}
	case replica.ReadOnly(err):
		return &rpc.UserError{Code: "read_only", Message: "磁盘现在只能读、不能写，刚才这一步没有保存，之前的都在。请检查磁盘或文件夹的权限，再按一次保存；还不行就联系县办公室。", MessageEN: "The disk can be read and not written: this step was not saved, everything before it is. Check the disk and the folder's permissions and save again, or call the office."}
	}
	return err
}

// created are the fields that every new row starts with.
func (s *Session) created(tx *replica.Tx, values schema.Values) schema.Values {
	values["created_at"] = tx.Now().UnixMilli()
	values["created_by"] = s.Officer()
	values["device_id"] = tx.Replica()
	return values
}

func refuse(field, zh, en string) error {
	return &rpc.UserError{Code: "invalid", Field: field, Message: zh, MessageEN: en}
}

func missing(zh, en string) error {
	return &rpc.UserError{Code: "not_found", Message: zh, MessageEN: en}
}

// Named is a row that a screen shows by name.
type Named struct {
	ID   schema.ID `json:"id"`
	Name string    `json:"name"`
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// live leaves out rows that were voided or joined to another.
func live(row *replica.Row) bool { return !voided(row) && row.Null("merged_into") }

// chosen is the row that a form names, nil when it names none or one that is not there.
func chosen(tx *replica.Tx, table string, id schema.ID) (*replica.Row, error) {
	if id.IsNil() {
		return nil, nil
	}
	return tx.Get(table, id)
}
