terraform {
  # The validation of alert_email reads another variable, which needs 1.9.
  required_version = ">= 1.9"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = "~> 2.67"
    }
  }
}

# The provider and doctl read the token from DIGITALOCEAN_ACCESS_TOKEN.
provider "digitalocean" {}
