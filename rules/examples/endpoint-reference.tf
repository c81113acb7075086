provider "aws" {
  region = "eu-central-1"
}

resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([{
    name        = "app"
    environment = [{ name = "QUEUE", value = "https://sqs.cn-north-1.amazonaws.com.cn/222222222222/orders" }]
  }])
}

# medium: in eu-central-1 (AWS) names something in cn-north-1 (AWS China)
