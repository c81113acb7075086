package load

import (
	"fmt"
	"strings"
	"testing"
)

// generated is a plan of n resources in modules, each with references, nested blocks, unknown values and a prior state.
func generated(n int) string {
	var changes, prior, blocks []string
	for i := range n {
		typ, name := "aws_instance", fmt.Sprintf("r%d", i/10)
		address := fmt.Sprintf("module.app[\\\"m%d\\\"].%s.%s[%d]", i%10, typ, name, i%10)
		values := fmt.Sprintf(`{"ami":"ami-0123456789abcdef0","arn":"arn:aws:ec2:eu-central-1:111122223333:instance/i-%012d","availability_zone":"eu-central-1a",`+
			`"ebs_block_device":[{"device_name":"/dev/sdf","kms_key_id":null,"volume_size":100}],"tags":{"Name":"node-%d","Team":"platform"},"user_data":%q}`, i, i, strings.Repeat("x", 400))
		change := `{"address":"%s","module_address":"module.app[\"m%d\"]","mode":"managed","type":"%s","name":"%s","index":%d,"provider_name":"registry.terraform.io/hashicorp/aws",`
		changes = append(changes, fmt.Sprintf(change, address, i%10, typ, name, i%10)+
			`"change":{"actions":["no-op"],"before":`+values+`,"after":`+values+`,"after_unknown":{"ebs_block_device":[{"kms_key_id":true}]},"before_sensitive":{},"after_sensitive":{"tags":{}}}}`)
		prior = append(prior, fmt.Sprintf(change, address, i%10, typ, name, i%10)+`"values":`+values+`,"sensitive_values":{"tags":{}}}`)
		if i%10 == 0 {
			blocks = append(blocks, block(typ+"."+name, `"ami":`+refs("data.aws_ami.a.id", "data.aws_ami.a")+`,"subnet_id":`+refs("var.subnet")+`,"ebs_block_device":[{"kms_key_id":`+refs("var.keys.main.arn", "var.keys.main", "var.keys")+`}]`,
				`"provider_config_key":"aws"`, `"count_expression":{"constant_value":10}`))
		}
	}
	return plan(`"planned_values":{"root_module":{"child_modules":[{"resources":[` + strings.Join(prior, ",") + `]}]}},"resource_changes":[` + strings.Join(changes, ",") + `],"prior_state":{"values":{"root_module":{"child_modules":[{"resources":[` + strings.Join(prior, ",") +
		`]}]}}},"configuration":{"provider_config":{"aws":{"name":"aws","full_name":"registry.terraform.io/hashicorp/aws","expressions":{"region":{"constant_value":"eu-central-1"}}}},"root_module":{"resources":[` + block("aws_kms_key.main", "") + `],` +
		`"module_calls":{"app":{"for_each_expression":{},"expressions":{"subnet":` + refs("module.net.subnets", "module.net") + `,"keys":` + refs("aws_kms_key.main") + `},"module":{"resources":[` + strings.Join(blocks, ",") + `]}}}}}`)
}

func BenchmarkPlan(b *testing.B) {
	doc := generated(2000)
	if s := read(b, doc); len(s.Resources) != 2000 {
		b.Fatalf("%d resources", len(s.Resources))
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		read(b, doc)
	}
}
