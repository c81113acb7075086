terraform {
  backend "s3" {
    bucket = "states"
    key    = "network"
    region = "eu-central-1"
  }
}

provider "aws" {
  region = "cn-north-1"
}

resource "aws_vpc" "beijing" {
  cidr_block = "10.1.0.0/16"
}

# high: the state of this stack is kept in eu-central-1 (AWS), and its resources are in cn-north-1 (AWS China)
