package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Photos are pictures of activities, venues, what hangs there and inspections. Their bytes stay sealed on
// this laptop's disk; the record travels.
type Photos struct{ s *Session }

// NewPhotos makes the service.
func NewPhotos(s *Session) *Photos { return &Photos{s} }

// Photo is a photo's record.
type Photo struct {
	ID          schema.ID `json:"id"`
	TakenAt     int64     `json:"taken_at"` // ms
	Caption     string    `json:"caption"`
	ShowsPeople bool      `json:"shows_people"` // not in what is public
	Here        bool      `json:"here"`         // its bytes are on this laptop
	Device      Named     `json:"device"`       // that took it
	Progress    Progress  `json:"progress"`
}

// PhotoUpload is a picture file to be kept.
type PhotoUpload struct {
	Table   string    `json:"table"` // activity, inspection, placement, venue
	ID      schema.ID `json:"id"`
	Data    []byte    `json:"data"`     // the file
	TakenAt int64     `json:"taken_at"` // ms of the file, when the camera did not write it; 0 = now
}

// photographable are the tables whose records take photos.
var photographable = []string{"activity", "inspection", "placement", "venue"}

var errNoPhotos = refuse("table", "照片只能附在活动、场所、张贴或检查上。", "A photo belongs to an activity, a venue, what hangs there or an inspection.")

// maxPhotos is how many one record takes.
const maxPhotos = 30

// Add downscales a picture, drops what the camera wrote beside it, and keeps it. The bytes are on the
// disk before the record names them.
func (p *Photos) Add(u PhotoUpload) ([]Photo, error) {
	r, err := p.s.open()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(photographable, u.Table) {
		return nil, errNoPhotos
	}
	small, err := shrink(u.Data)
	if err != nil {
		return nil, p.s.explain(err)
	}
	sum := sha256.Sum256(small.photo)
	sha := hex.EncodeToString(sum[:])
	store := photoStore{r}
	if err := errors.Join(store.put(sha, photoFull, small.photo), store.put(sha, photoThumb, small.thumb)); err != nil {
		return nil, p.s.explain(err)
	}
	if err := p.s.update(func(tx *replica.Tx) error {
		owner, err := tx.Get(u.Table, u.ID)
		if err != nil {
			return err
		}
		if owner == nil {
			return missing("找不到这条记录，照片没有附上。请返回重新打开。", "This record cannot be found and the photo was not attached; go back and open it again.")
		}
		id := model.PhotoID(r.Realm(), sha)
		photos := owner.Strings("photo_ids")
		if slices.Contains(photos, id.String()) {
			return refuse("photo", "这张照片已经在了。", "This photo is there already.")
		}
		if len(photos) >= maxPhotos {
			return refuse("photo", fmt.Sprintf("一场最多 %d 张照片。", maxPhotos), fmt.Sprintf("At most %d photos.", maxPhotos))
		}
		row, err := tx.Get("photo", id)
		if err != nil {
			return err
		}
		if row == nil {
			at := small.taken
			if at.IsZero() && u.TakenAt > 0 {
				at = time.UnixMilli(u.TakenAt)
			}
			if at.IsZero() || model.Happened("taken_at", "", "", at, tx.Now()) != nil {
				at = tx.Now()
			}
			values := schema.Values{"sha256": sha, "taken_at": at.UnixMilli()}
			if u.Table == "activity" {
				values["activity_id"] = u.ID
			}
			if err := tx.Put("photo", id, p.s.created(tx, values)); err != nil {
				return err
			}
		} else if voided(row) {
			if err := p.s.setVoid(tx, "photo", id, false, ""); err != nil {
				return err
			}
		}
		return tx.Include(u.Table, u.ID, "photo_ids", id.String())
	}); err != nil {
		return nil, err
	}
	return p.List(u.Table, u.ID)
}

// List lists the photos of a record, in the order they were taken.
func (p *Photos) List(table string, id schema.ID) ([]Photo, error) {
	out := []Photo{}
	r, err := p.s.open()
	if err != nil {
		return out, err
	}
	if !slices.Contains(photographable, table) {
		return out, nil
	}
	ctx := context.Background()
	owner, err := r.Get(ctx, table, id)
	if err != nil || owner == nil {
		return out, err
	}
	d := p.s.directory(r)
	var ids []schema.ID
	for _, text := range owner.Strings("photo_ids") {
		id, err := schema.ParseID(text)
		if err != nil {
			continue
		}
		row, err := r.Get(ctx, "photo", id)
		if err != nil {
			return nil, err
		}
		if row == nil || !live(row) {
			continue
		}
		item := Photo{ID: row.ID, TakenAt: row.Int("taken_at"), Caption: row.Text("caption"), ShowsPeople: row.Bool("shows_people")}
		if item.Device, err = d.name("device", row.Ref("device_id")); err != nil {
			return nil, err
		}
		_, err = photoStore{r}.get(row.Text("sha256"), photoThumb)
		item.Here = err == nil
		out, ids = append(out, item), append(ids, row.ID)
	}
	states, err := r.Progress(ctx, "photo", ids)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Progress = progress(states[out[i].ID])
	}
	slices.SortFunc(out, func(a, b Photo) int {
		return cmp.Or(cmp.Compare(a.TakenAt, b.TakenAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	return out, nil
}

// Thumb is a small JPEG of a photo, Full the photo.
func (p *Photos) Thumb(id schema.ID) ([]byte, error) { return p.bytes(id, photoThumb) }

// Full is the photo as it is kept, a JPEG.
func (p *Photos) Full(id schema.ID) ([]byte, error) { return p.bytes(id, photoFull) }

func (p *Photos) bytes(id schema.ID, kind string) ([]byte, error) {
	r, err := p.s.open()
	if err != nil {
		return nil, err
	}
	row, err := r.Get(context.Background(), "photo", id)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, missing("找不到这张照片。", "This photo cannot be found.")
	}
	b, err := photoStore{r}.get(row.Text("sha256"), kind)
	if errors.Is(err, errNoPhoto) {
		return nil, missing("照片在拍它的那台电脑上，这里只有记录。", "The photo is on the computer that took it; here is its record only.")
	}
	if err != nil {
		p.s.Events.Publish("warning", "photo")
		return nil, missing("这张照片在磁盘上损坏了，打不开。记录都在，请重新添加照片。", "This photo is damaged on the disk and cannot be opened. The records are kept; add it again.")
	}
	return b, nil
}

// Describe changes a photo's caption and whether it shows people.
func (p *Photos) Describe(id schema.ID, caption string, showsPeople bool) error {
	return p.s.update(func(tx *replica.Tx) error {
		if err := model.Text("caption", "说明", "the caption", caption, 60, false); err != nil {
			return err
		}
		row, err := tx.Get("photo", id)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("找不到这张照片。", "This photo cannot be found.")
		}
		return tx.Put("photo", id, schema.Values{"caption": text(caption), "shows_people": showsPeople})
	})
}

// Remove takes a photo off a record. Its bytes stay until no record names it.
func (p *Photos) Remove(table string, owner, id schema.ID) ([]Photo, error) {
	if !slices.Contains(photographable, table) {
		return nil, errNoPhotos
	}
	if err := p.s.update(func(tx *replica.Tx) error { return tx.Exclude(table, owner, "photo_ids", id.String()) }); err != nil {
		return nil, err
	}
	return p.List(table, owner)
}
