provider "aws" {
  region = "eu-central-1"
}

resource "aws_vpc" "frankfurt" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc_peering_connection" "bridge" {
  vpc_id      = aws_vpc.frankfurt.id
  peer_vpc_id = "vpc-00000000000000001"
  peer_region = "cn-north-1"
}

# high: joins networks of eu-central-1 (AWS) and cn-north-1 (AWS China)
