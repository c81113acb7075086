provider "aws" {
  region = "cn-north-1"
}

provider "aws" {
  alias  = "global"
  region = "eu-central-1"
}

resource "aws_iam_access_key" "deployer" {
  provider = aws.global
  user     = "deployer"
}

resource "aws_secretsmanager_secret_version" "deployer" {
  secret_id     = "deployer"
  secret_string = aws_iam_access_key.deployer.secret
}

# critical: keeps a credential in cn-north-1 (AWS China) that opens AWS
