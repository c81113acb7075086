package report_test
import ("testing";"os";"fmt")
func TestZZ(t *testing.T){ for _,n:=range []int{6,200,5000}{ os.WriteFile(fmt.Sprintf("/tmp/g%d.html",n),[]byte(printed(t,grown(n),"html")),0644)}
 for _,s:=range samples(){ os.WriteFile("/tmp/s-"+s.name+".html",[]byte(printed(t,s,"html")),0644)} }
