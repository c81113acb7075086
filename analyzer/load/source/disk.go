package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/demarc-dev/demarc/analyzer/limit"
)

// disk is what of the file system may be read: the repository that the root module is in, and the directories of local
// modules outside it. os.Root keeps symbolic links inside.
type disk struct {
	limits limit.Set
	top    string // absolute, without symbolic links
	roots  map[string]*os.Root
	named  map[string]*os.Root          // single files that the user names, with their directories
	saved  map[string]map[string][]byte // instead of all that: the directories and files of a saved plan
	read   int64
}

// openDisk makes a disk for a root module. Without a repository around it, only its own directory is open.
func openDisk(dir, within string, l limit.Set) (*disk, error) {
	abs, err := real(dir)
	if err != nil {
		return nil, err
	}
	top := abs
	if within != "" {
		if top, err = real(within); err != nil {
			return nil, err
		}
	} else {
		for d := abs; ; d = filepath.Dir(d) {
			if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
				top = d
				break
			}
			if filepath.Dir(d) == d {
				break
			}
		}
	}
	if !inside(top, abs) {
		top = abs
	}
	d := &disk{limits: l, top: top, roots: map[string]*os.Root{}, named: map[string]*os.Root{}}
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	d.roots[top] = root
	return d, nil
}

func (d *disk) close() {
	for _, r := range d.roots {
		r.Close()
	}
	for _, r := range d.named {
		r.Close()
	}
}

// real is the path of a directory that a configuration names, without symbolic links.
func (d *disk) real(path string) (string, error) {
	if d.saved != nil {
		return filepath.Clean(path), nil
	}
	return real(path)
}

// real is an absolute path without symbolic links.
func real(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

func inside(top, path string) bool {
	return path == top || strings.HasPrefix(path, strings.TrimSuffix(top, string(filepath.Separator))+string(filepath.Separator))
}

var errOutside = errors.New("lies outside the repository, where nothing is read")

// find gives the root that a path lies in, and the path below it.
func (d *disk) find(abs string) (*os.Root, string, error) {
	if d.saved != nil {
		return nil, "", errNotSaved
	}
	for top, root := range d.roots {
		if inside(top, abs) {
			rel, err := filepath.Rel(top, abs)
			return root, rel, err
		}
	}
	if root := d.named[abs]; root != nil {
		return root, filepath.Base(abs), nil
	}
	return nil, "", errOutside
}

// admit opens the directory of a local module that lies outside the top. A repository is not left.
func (d *disk) admit(abs string) error {
	if d.saved != nil {
		return nil
	}
	if _, _, err := d.find(abs); err == nil {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(d.top, ".git")); err == nil {
		return errOutside
	}
	found, err := real(abs)
	if err != nil || found != abs {
		return errOutside
	}
	entries, err := os.ReadDir(abs)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Type().IsRegular() && configFile(e.Name()) {
			root, err := os.OpenRoot(abs)
			if err == nil {
				d.roots[abs] = root
			}
			return err
		}
	}
	return errOutside
}

var (
	errNotRegular = errors.New("is not a regular file")
	errTooLarge   = errors.New("is too large")
	errTotal      = errors.New("the files together are too large")
)

// file reads a regular file.
func (d *disk) file(abs string) ([]byte, error) {
	if d.saved != nil {
		return d.savedFile(abs)
	}
	root, rel, err := d.find(abs)
	if err != nil {
		return nil, err
	}
	f, err := root.OpenFile(rel, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a FIFO would wait for ever
	if err != nil {
		if info, known := root.Stat(rel); known == nil && !info.IsDir() && !info.Mode().IsRegular() { // a socket
			return nil, errNotRegular
		}
		return nil, plain(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, plain(err)
	case info.IsDir():
		return nil, errors.New("is a directory")
	case !info.Mode().IsRegular():
		return nil, errNotRegular
	}
	if info.Size() > d.limits.File {
		return nil, fmt.Errorf("%w: %s, of at most %s; %s", errTooLarge, limit.Bytes(info.Size()), limit.Bytes(d.limits.File), d.limits.Raise("file", info.Size()))
	}
	if d.read += info.Size(); d.read > d.limits.All() {
		return nil, fmt.Errorf("%w; %s", errTotal, d.limits.Raise("file", 0))
	}
	b := make([]byte, info.Size())
	n, err := io.ReadFull(f, b)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, plain(err)
	}
	return b[:n], nil
}

// list names the files and links in a directory.
func (d *disk) list(abs string) ([]fs.DirEntry, error) {
	if d.saved != nil {
		return d.savedList(abs)
	}
	root, rel, err := d.find(abs)
	if err != nil {
		return nil, err
	}
	f, err := root.Open(rel)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	entries, err := f.ReadDir(maxEntries)
	if err == io.EOF {
		err = nil
	}
	return entries, err
}

// maxEntries bounds how much of a directory is looked at.
const maxEntries = 20000

// plain drops the operation and path from an error of the file system: the message names the path already.
func plain(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if err != nil && err.Error() == "path escapes from parent" { // os has no name for it
		return errOutside
	}
	return err
}
