package app

import "golang.org/x/sys/windows"

// freeSpace is how many bytes a folder's disk has left for this user.
func freeSpace(dir string) (int64, error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free, total, all uint64
	err = windows.GetDiskFreeSpaceEx(path, &free, &total, &all)
	return int64(free), err
}
