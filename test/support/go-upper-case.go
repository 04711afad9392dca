// Lists all code points that strings.ToUpper changes, as lines of "first-last/step delta". First and last are hexadecimal.
//
//	go run test/support/go-upper-case.go > test/support/go-upper-case.txt
package main

import (
	"fmt"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

type run struct{ first, last, step, delta rune }

func main() {
	fmt.Printf("# %s, Unicode %s: first-last/step delta\n", runtime.Version(), unicode.Version)
	var open run
	for r := rune(0); r <= unicode.MaxRune; r++ {
		delta := deltaOf(r)
		if delta == 0 {
			continue
		}
		if open.extend(r, delta) {
			continue
		}
		open.print()
		open = run{r, r, 0, delta}
	}
	open.print()
}

func deltaOf(r rune) rune {
	if !utf8.ValidRune(r) {
		return 0
	}
	upper, size := utf8.DecodeRuneInString(strings.ToUpper(string(r)))
	if size != len(strings.ToUpper(string(r))) {
		panic("not a simple mapping")
	}
	return upper - r
}

func (open *run) extend(r, delta rune) bool {
	step := r - open.last
	if open.first == 0 || delta != open.delta || step > 2 || (open.step != 0 && step != open.step) {
		return false
	}
	open.last, open.step = r, step
	return true
}

func (open *run) print() {
	if open.first != 0 {
		fmt.Printf("%X-%X/%d %d\n", open.first, open.last, max(open.step, 1), open.delta)
	}
}
