provider "aws" {
  region = "eu-central-1"
}

resource "aws_route53_zone_association" "beijing" {
  zone_id    = "Z0000000000000000001"
  vpc_id     = "vpc-00000000000000001"
  vpc_region = "cn-north-1"
}

# medium: makes names of AWS and cn-north-1 (AWS China) resolve through each other
