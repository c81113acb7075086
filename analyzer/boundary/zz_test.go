package boundary
import ("testing";"strings";"time";"fmt";"runtime")
func TestZZ(t *testing.T) {
	cat := testCatalog(t)
	for _, u := range []string{"a {}\n","a = \n","a = 1\n","x ","\" ","\"\n","}","{\n}\n","boundary \"b\" {\n networks=[\"x\"] }\n","<<E\n","a b ","a = [[1,],]\n","/*","é","\x00","a={},","'","`",";","= ", ", ", ": ", "a = <<X\nX\n", "allow a {", "a.", "a[", "[]", "{}", "1 ", "a = b\n","\\","\"%{", "%", "boundary x {a=1 b=2 }\n", "\r", "boundary \"b\" {partitions = [\"aws-x\"] }\n", "a=<<-A\n  é\n\n A\n","\t"} {
		for _, pre := range []string{"", "a = [", "boundary \"b\" {\n partitions = ["} {
			src := pre + strings.Repeat(u, (MaxSize-100)/len(u))
			s := time.Now()
			_, err := Parse("p.hcl", []byte(src), cat, testRules)
			if d := time.Since(s); d > 1500*time.Millisecond {
				var m runtime.MemStats; runtime.ReadMemStats(&m)
				e := ""; if err != nil { e = err.Error(); if len(e) > 100 { e = e[:100] } }
				fmt.Printf("%q %q %v sys=%dMB %s\n", pre, u, d, m.Sys>>20, e)
			}
		}
	}
	var b strings.Builder
	b.WriteString("boundary \"b\" {\n partitions = [\n")
	for i := 0; i < 60000; i++ { fmt.Fprintf(&b, "\"aws-%d\",\n", i) }
	b.WriteString("]\n}\n")
	s := time.Now(); _, err := Parse("p.hcl", []byte(b.String()), cat, testRules); fmt.Println(time.Since(s), len(err.Error()))
	b.Reset()
	b.WriteString("boundary \"b\" {\n regions = [\n")
	for i := 0; i < 50000; i++ { fmt.Fprintf(&b, "\"aws:e%d*\",\n", i) }
	b.WriteString("]\n}\n")
	s = time.Now(); _, err = Parse("p.hcl", []byte(b.String()), cat, testRules); fmt.Println(time.Since(s), err)
}
