provider "aws" {
  region = "eu-central-1"
}

resource "aws_sqs_queue" "orders" {
  name = "orders" # demarc:allow data-export until=2025-03-31 until the queue has moved
}

# low: a demarc:allow comment expired on 2025-03-31 and allows nothing any more
