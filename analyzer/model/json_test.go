package model

import (
	"strings"
	"testing"
)

func TestDocument(t *testing.T) {
	v, ok := Document(` {"b": [1, true, null], "a": {"c": "x"}} `)
	if !ok {
		t.Fatal("an object is not read")
	}
	if s, _ := v.At("a", "c").Text(); s != "x" {
		t.Errorf("a.c is %q", s)
	}
	list := v.Get("b")
	if list.Len() != 3 || list.Item(0).Kind != Number || !list.Item(1).True() || list.Item(2).State != Null {
		t.Errorf("b is %+v", list)
	}
	deep := strings.Repeat("[", 2*maxNested) + strings.Repeat("]", 2*maxNested)
	for _, text := range []string{"", "x", `"x"`, "1", "{", `{"a": 1} x`, "[1,]", deep, strings.Repeat("[", 1<<16)} {
		if _, ok := Document(text); ok {
			t.Errorf("%.20q is read", text)
		}
	}
}
