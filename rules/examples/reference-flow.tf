provider "aws" {
  region = "cn-north-1"
}

provider "aws" {
  alias  = "global"
  region = "eu-central-1"
}

resource "aws_sqs_queue" "orders" {
  provider = aws.global
  name     = "orders"
}

resource "aws_dynamodb_table_item" "orders" {
  table_name = "settings"
  hash_key   = "name"
  item       = jsonencode({ name = { S = "queue" }, value = { S = aws_sqs_queue.orders.arn } })
}

# low: in cn-north-1 (AWS China) uses a value of eu-central-1 (AWS)
