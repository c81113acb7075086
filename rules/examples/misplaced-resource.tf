provider "aws" {
  region = "eu-central-1"
}

resource "aws_sqs_queue" "orders" {
  name = "orders"
}

# high: is in eu-central-1 (AWS); the stack may only live in china
