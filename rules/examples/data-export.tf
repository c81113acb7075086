provider "aws" {
  region = "cn-north-1"
}

resource "aws_sns_topic" "orders" {
  name = "orders"
}

resource "aws_sns_topic_subscription" "orders" {
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "sqs"
  endpoint  = "arn:aws:sqs:eu-central-1:111111111111:orders"
}

# high: delivers from cn-north-1 (AWS China) to eu-central-1 (AWS)
