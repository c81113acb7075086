provider "aws" {
  region = "cn-north-1"
}

resource "aws_iam_role_policy_attachment" "reader" {
  role       = "reader"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

# medium: in AWS China names something of AWS, which cannot work there
