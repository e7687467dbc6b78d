package enrolment

import "fmt"

// Reason says why a code or an enrolment was refused. The values are on the
// wire (the body of a refused POST /enrol) and in the interface.
type Reason string

// The reasons.
const (
	Empty       Reason = "code_empty"      // nothing was typed
	NotACode    Reason = "code_foreign"    // the text does not begin with FK1-
	Newer       Reason = "code_newer"      // a later format than this program knows
	BadSymbol   Reason = "code_symbol"     // a character that no code contains
	Incomplete  Reason = "code_incomplete" // cut off, or too long
	Mistyped    Reason = "code_mistyped"   // the checksum does not fit
	Unknown     Reason = "code_unknown"    // the county never issued this code
	Expired     Reason = "code_expired"    // issued, but its 24 hours are over
	Used        Reason = "code_used"       // another computer has used it
	Withdrawn   Reason = "code_withdrawn"  // the office has taken it back
	OtherCounty Reason = "other_county"    // code and server belong to different counties
	OtherUnit   Reason = "other_unit"      // this computer is registered for another unit
	OtherKey    Reason = "other_key"       // this device id is registered with another key
	BadRequest  Reason = "bad_request"     // the request is malformed or its signature does not fit
	TooOften    Reason = "too_often"       // too many wrong codes: wait
	Unreachable Reason = "unreachable"     // no connection to any address of the code
	Portal      Reason = "portal"          // something answered, but not the county's server
	WrongServer Reason = "wrong_server"    // the server's certificate has another key than the code names
	ServerError Reason = "server_error"    // the county's server failed
)

// Error is a refusal that the officer can read. Nothing has been changed on
// this computer when it is returned.
type Error struct {
	Reason     Reason
	RetryAfter int    // seconds to wait, with TooOften
	Detail     string // the offending character or position, never the code itself
	Err        error  // for the log
}

// Error is for the log; the officer reads Message.
func (e *Error) Error() string {
	s := "enrolment refused: " + string(e.Reason)
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is lets errors.Is compare by reason: errors.Is(err, &Error{Reason: Expired}).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Reason == e.Reason
}

// Message is the sentence for the officer, in Chinese.
func (e *Error) Message() string { return e.text(0) }

// MessageEN is the sentence for the officer, in English.
func (e *Error) MessageEN() string { return e.text(1) }

func (e *Error) text(language int) string {
	pair, ok := sentences[e.Reason]
	if !ok {
		pair = sentences[ServerError]
	}
	switch e.Reason {
	case BadSymbol:
		return fmt.Sprintf(pair[language], e.Detail)
	case TooOften:
		return fmt.Sprintf(pair[language], max(e.RetryAfter, 1))
	}
	return pair[language]
}

var sentences = map[Reason][2]string{
	Empty: {"还没有填登记码。请粘贴县办公室给的登记码，它以 FK1- 开头。",
		"There is no code yet. Paste the code from the county office; it begins with FK1-."},
	NotACode: {"这不是登记码：登记码以 FK1- 开头。请向县办公室要登记码，整段复制过来。",
		"This is not an enrolment code: a code begins with FK1-. Ask the county office and copy the whole text."},
	Newer: {"这个登记码是新版本发的，本机软件较旧，认不出来。请先更新软件再登记。",
		"This code comes from a newer version. Update this program first, then enrol."},
	BadSymbol: {"登记码里有不该出现的字符：%s。登记码只有字母、数字和短横线，请核对后重输。",
		"The code contains %s, which no code has. Codes are letters, digits and hyphens; please check it."},
	Incomplete: {"登记码不完整或多了内容，可能没有复制全。请整段重新复制。",
		"The code is incomplete or has something added. Copy the whole text again."},
	Mistyped: {"登记码有抄错的地方，校验不符。请逐组核对，或直接复制粘贴。",
		"The code has a typing mistake: its checksum does not fit. Compare it group by group, or paste it."},
	Unknown: {"县服务器没有发过这个登记码。请核对，或请县办公室重新发一个。本机没有任何改动。",
		"The county server never issued this code. Check it, or ask the office for a new one. Nothing was changed here."},
	Expired: {"这个登记码已经过期（发出后 24 小时内有效）。请县办公室重新发一个。本机没有任何改动。",
		"This code has expired (it is good for 24 hours). Ask the office for a new one. Nothing was changed here."},
	Used: {"这个登记码已经被另一台电脑用掉了，一个码只登记一台。请县办公室重新发一个。",
		"Another computer has already used this code; each code enrols one. Ask the office for a new one."},
	Withdrawn: {"县办公室已经撤回这个登记码。请向县办公室再要一个。",
		"The office has withdrawn this code. Ask for a new one."},
	OtherCounty: {"这个登记码和这台服务器不是同一个县的。请向本县办公室要登记码。",
		"This code and this server belong to different counties. Ask your own county's office."},
	OtherUnit: {"这台电脑已经登记在另一个单位名下，不能改到这个单位。请联系县办公室。已录的内容都还在。",
		"This computer is registered for another unit and cannot be moved. Call the office. All records are still here."},
	OtherKey: {"县里登记的这台电脑密钥不同，可能是复制了别的电脑的数据。请联系县办公室。已录的内容都还在。",
		"The county knows this computer with another key; its data may be a copy. Call the office. All records are still here."},
	BadRequest: {"县服务器没看懂登记请求。请更新软件后再试，仍不行请联系县办公室。",
		"The county server did not understand the request. Update this program and try again, or call the office."},
	TooOften: {"登记码试错次数太多，请 %d 秒后再试。登记码没有作废。",
		"Too many wrong codes. Try again in %d seconds; a good code is still good."},
	Unreachable: {"连不上县服务器。请检查网络后再试，登记码在 24 小时内一直有效。",
		"The county server cannot be reached. Check the network and try again; the code stays good for 24 hours."},
	Portal: {"网络要求先登录（打开的是别的网页，不是县服务器）。请先在浏览器里登录网络，再回来登记。",
		"This network wants a login: another page answered instead of the county server. Sign in to the network first."},
	WrongServer: {"对面不是登记码里的那台县服务器（证书不符），已经断开，什么也没有发出去。请换个网络，或联系县办公室。",
		"This is not the server named in the code (another certificate). The connection was closed and nothing was sent. Try another network or call the office."},
	ServerError: {"县服务器出了问题，没有登记成功。请稍后再试，登记码没有作废。",
		"The county server failed and nothing was enrolled. Try again later; the code is still good."},
}
