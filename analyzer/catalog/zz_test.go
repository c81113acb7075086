package catalog
import ("testing";"os";"fmt")
func TestZ(t *testing.T){
 c,err:=Load(os.DirFS("../../rules/tables")); if err!=nil {t.Fatal(err)}
 fmt.Println(len(c.links.rows), len(c.clouds.regions))
 for _,v:=range []string{"arn:aws-cn:s3:::b","ocid1.vcn.oc1.iad.abc","crn:v1:bluemix:public:kms:us-south:a/0123456789abcdef0123456789abcdef:x","https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b/instances/i"} { fmt.Println(c.Identify(v)) }
}
func BenchmarkLoadZ(b *testing.B){ f:=os.DirFS("../../rules/tables"); b.ReportAllocs(); for b.Loop(){ if _,err:=Load(f);err!=nil{b.Fatal(err)} } }
