package county

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"fieldkit/internal/report"
)

// maxTemplateForm bounds an uploaded template, as base64.
const maxTemplateForm = 12 << 20

const metaTemplate = "template/" // and the kind of report

const (
	docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// attachment names the file that the browser saves.
func attachment(w http.ResponseWriter, contentType, ascii, name string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, ascii, url.PathEscape(name)))
}

// exported notes an export in the audit log and, as domain.md asks, as a row.
func (c *County) exported(ctx context.Context, v *visit, what string, personal bool, reason string) error {
	err := c.replica.Update(ctx, func(tx *replicaTx) error {
		values := created(tx, c.replica.ID())
		values["at"], values["what"], values["with_personal"], values["reason"] = tx.Now().UnixMilli(), what, personal, reason
		return tx.Put("export_log", tx.NewID(), values)
	})
	if err != nil {
		return err
	}
	return c.store.record(ctx, entry{Actor: v.account.Name, Action: "export", Subject: what, Address: v.address, Detail: reason})
}

// Docx is a report as a Word document, from the office's own template of its kind
// where there is one.
func (c *County) Docx(ctx context.Context, d *report.Draft, text string, definitions bool) ([]byte, error) {
	template, err := c.store.meta(ctx, metaTemplate+d.Kind)
	if err != nil {
		return nil, err
	}
	raw, err := report.Docx(d, text, report.DocxOptions{Template: template, Definitions: definitions, Date: time.UnixMilli(c.store.now())})
	if err != nil {
		return nil, asReportError(err)
	}
	return raw, nil
}

// reportPicture answers GET /export/report/{id}-{n}.png with a report's n-th chart.
func (c *County) reportPicture(w http.ResponseWriter, r *http.Request, name string) {
	n := int(name[len(name)-1] - '1')
	_, d, _, err := c.kept(r.Context(), name[:len(name)-2])
	if err == nil && (n < 0 || n >= len(d.Charts)) {
		http.NotFound(w, r)
		return
	}
	var raw []byte
	if err == nil {
		raw, err = d.Charts[n].Picture()
	}
	if err != nil {
		c.refuse(w, "chart", err)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	if _, err := w.Write(raw); err != nil {
		c.log.Debug("export: the browser went away", "err", err)
	}
}

// reportFile answers GET /export/report/{id}.docx?definitions=1.
func (c *County) reportFile(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r.Context())
	if name, isPicture := strings.CutSuffix(r.PathValue("id"), ".png"); isPicture && v != nil && v.account != nil && len(name) > 2 && name[len(name)-2] == '-' {
		c.reportPicture(w, r, name)
		return
	}
	id, isDocx := strings.CutSuffix(r.PathValue("id"), ".docx")
	if v == nil || v.account == nil || !isDocx {
		http.NotFound(w, r)
		return
	}
	_, d, text, err := c.kept(r.Context(), id)
	if err != nil {
		c.refuse(w, "report", err)
		return
	}
	raw, err := c.Docx(r.Context(), d, text, r.URL.Query().Get("definitions") == "1")
	if err == nil {
		err = c.exported(r.Context(), v, d.FileName()+".docx", false, "")
	}
	if err != nil {
		c.refuse(w, "report", err)
		return
	}
	attachment(w, docxType, d.Kind+".docx", d.FileName()+".docx")
	if _, err := w.Write(raw); err != nil {
		c.log.Debug("export: the browser went away", "err", err)
	}
}

// templateFile answers GET /export/template/{kind}.docx with the template in use.
func (c *County) templateFile(w http.ResponseWriter, r *http.Request) {
	kind, isDocx := strings.CutSuffix(r.PathValue("kind"), ".docx")
	if v := visitOf(r.Context()); v == nil || v.account == nil || !isDocx || !slices.Contains(report.Kinds, kind) {
		http.NotFound(w, r)
		return
	}
	raw, err := c.store.meta(r.Context(), metaTemplate+kind)
	if err != nil {
		c.refuse(w, "template", err)
		return
	}
	if len(raw) == 0 {
		raw = report.DefaultTemplate()
	}
	attachment(w, docxType, kind+"-template.docx", report.KindName(kind)+"模板.docx")
	if _, err := w.Write(raw); err != nil {
		c.log.Debug("export: the browser went away", "err", err)
	}
}

// refuse answers a download that cannot be made, in words.
func (c *County) refuse(w http.ResponseWriter, what string, err error) {
	if user, ok := asUserError(err); ok {
		http.Error(w, user, http.StatusUnprocessableEntity)
		return
	}
	c.log.Error("export", "what", what, "err", err)
	http.Error(w, "导出失败，记录都在，请稍后再试。", http.StatusInternalServerError)
}

// TemplateInfo tells of the template of a kind of report.
type TemplateInfo struct {
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	Own          bool   `json:"own"` // the office's own; else the built-in one
	Placeholders string `json:"placeholders"`
}

// Templates lists them.
func (s *Service) Templates(ctx context.Context) ([]TemplateInfo, error) {
	list := []TemplateInfo{}
	if _, err := signedIn(ctx); err != nil {
		return list, err
	}
	for _, kind := range report.Kinds {
		raw, err := s.c.store.meta(ctx, metaTemplate+kind)
		if err != nil {
			return list, err
		}
		list = append(list, TemplateInfo{Kind: kind, Name: report.KindName(kind), Own: len(raw) > 0, Placeholders: report.PlaceholderList()})
	}
	return list, nil
}

// SaveTemplate puts a .docx, in base64, in the place of a kind's template; an empty
// one brings the built-in template back. One with an unknown placeholder is refused.
func (s *Service) SaveTemplate(ctx context.Context, kind, file string) error {
	v, err := editor(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(report.Kinds, kind) {
		return userError("kind", "kind", "没有这种报告。", "There is no such kind of report.")
	}
	raw, err := base64.StdEncoding.DecodeString(file)
	if err != nil {
		return userError("template_damaged", "", "文件没有传完整，模板没有更换。请重新上传。", "The file did not arrive whole; the template was not replaced. Upload it again.")
	}
	if len(raw) > 0 {
		if err := report.CheckTemplate(raw); err != nil {
			return asReportError(err)
		}
	}
	return s.c.store.update(ctx, func(tx *sql.Tx) error {
		if err := putMeta(ctx, tx, metaTemplate+kind, raw); err != nil {
			return err
		}
		return recordIn(ctx, tx, s.c.store.now(), entry{Actor: v.account.Name, Action: "template_changed", Subject: report.KindName(kind), Address: v.address})
	})
}
