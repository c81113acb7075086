provider "aws" {
  region = "us-gov-west-1"
}

resource "aws_s3_bucket_replication_configuration" "orders" {
  bucket = "orders"
  role   = "arn:aws-us-gov:iam::111111111111:role/replication"

  rule {
    status = "Enabled"
    destination {
      bucket = aws_s3_bucket.copy.arn
    }
  }
}

provider "aws" {
  alias  = "global"
  region = "eu-central-1"
}

resource "aws_s3_bucket" "copy" {
  provider = aws.global
  bucket   = "orders-copy"
}

# high: copies data from us-gov-west-1 (AWS GovCloud) to eu-central-1 (AWS)
