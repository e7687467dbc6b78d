package county

import (
	"fmt"

	"fieldkit/internal/rpc"
)

// userError is what the office reads, in both languages.
func userError(code, field, zh, en string) error {
	return &rpc.UserError{Code: code, Field: field, Message: zh, MessageEN: en}
}

var (
	errLogin     = userError("login", "", "账号或口令不对，请再试一次。", "The account or the password is wrong; please try again.")
	errBusyUser  = userError("busy", "", "登录的人太多，请过几秒再试。", "Too many sign-ins at once; try again in a few seconds.")
	errNoSession = userError("session", "", "登录已过期，请重新登录。已保存的内容都在。", "Your session is over; please sign in again. Everything saved is still there.")
	errAddresses = userError("address", "addresses", "地址要写成 https://主机:端口，最多 4 个，例如 https://10.8.0.2:8443。",
		"Write addresses as https://host:port, at most 4, for example https://10.8.0.2:8443.")
	errForbidden = userError("forbidden", "", "这个账号没有这项权限，请找管理员。", "This account may not do that; ask an administrator.")
)

func errWait(seconds int) error {
	return userError("too_often", "", fmt.Sprintf("试错次数太多，请 %s 后再试。", spellWait(seconds, "秒", "分钟")),
		fmt.Sprintf("Too many wrong tries; try again in %s.", spellWait(seconds, "seconds", "minutes")))
}

func spellWait(seconds int, second, minute string) string {
	if seconds < 120 {
		return fmt.Sprintf("%d %s", max(seconds, 1), second)
	}
	return fmt.Sprintf("%d %s", (seconds+59)/60, minute)
}
