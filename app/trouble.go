package app

import (
	"errors"

	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
)

// ErrNewer means that a newer version of this program wrote the data.
var ErrNewer = errors.New("the data were written by a newer version of this program")

// Trouble is why a kit did not open, for the officer: what is the matter, that the
// records are untouched, and what to do. dir is the kit's data directory.
func Trouble(err error, dir string) *rpc.UserError {
	say := func(code, zh, en string) *rpc.UserError {
		return &rpc.UserError{Code: code, Message: zh, MessageEN: en}
	}
	switch {
	case errors.Is(err, ErrInUse):
		return say("in_use", "工具箱已经打开了。请在任务栏里切换到它的窗口；找不到的话，重启电脑再打开。记录都在。",
			"The kit is open already. Switch to its window in the task bar; if there is none, restart the computer. All records are safe.")
	case errors.Is(err, ErrNewer):
		return say("newer", "这台电脑的记录是新版程序写的，现在打开的是旧版。请打开新版，或向县办公室要新版程序。记录没有动。",
			"A newer version of this program wrote the records here; this is an older one. Open the newer one, or ask the county office for it. The records are untouched.")
	case replica.DiskFull(err):
		return say("disk_full", "磁盘满了，工具箱打不开。请删掉或移走一些别的文件再打开。记录都在。",
			"The disk is full and the kit cannot open. Remove or move other files, then open it again. All records are safe.")
	case replica.ReadOnly(err):
		return say("read_only", "数据所在的文件夹不能写，工具箱打不开。请检查磁盘是否写保护、U 盘是否插好，或联系县办公室。文件夹："+dir+"。记录没有动。",
			"The folder of the data cannot be written and the kit cannot open. Look whether the disk is write-protected, or call the county office. The folder is "+dir+". The records are untouched.")
	case replica.Corrupt(err):
		return say("damaged", "这台电脑的数据文件损坏了，工具箱没有打开，也没有改动。请不要删除文件，把电脑送到县办公室；报过的记录县里都有。文件夹："+dir,
			"The data files of this computer are damaged; the kit did not open and changed nothing. Delete no files and take the computer to the county office; what was received is safe there. The folder is "+dir)
	}
	return say("start", "工具箱没能打开，记录没有动。请重启电脑再试；还不行，请把日志交给县办公室："+LogPath(dir),
		"The kit could not open; the records are untouched. Restart the computer and try again; if that does not help, give the log to the county office: "+LogPath(dir))
}
