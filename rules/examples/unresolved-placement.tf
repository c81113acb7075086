provider "aws" {} # AWS_REGION of whoever runs it

resource "aws_vpc_peering_connection" "bridge" {
  vpc_id      = "vpc-00000000000000001"
  peer_vpc_id = "vpc-00000000000000002"
  peer_region = "cn-north-1"
}

# note: could link two sides, and where it is is not known
