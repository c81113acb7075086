provider "aws" {
  region = "eusc-de-east-1"
}

resource "aws_ebs_volume" "orders" {
  availability_zone = "eusc-de-east-1a"
  size              = 10
  encrypted         = true
  kms_key_id        = "arn:aws:kms:eu-central-1:111111111111:key/00000000-0000-0000-0000-000000000001"
}

# high: shares an encryption key between eusc-de-east-1 (AWS European Sovereign Cloud) and eu-central-1 (AWS)
