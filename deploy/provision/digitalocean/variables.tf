variable "name" {
  description = "The name of everything that is made. No other registry at DigitalOcean may have it."
  type        = string
  default     = "tuohs"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}$", var.name))
    error_message = "A name has 3 to 41 lower-case letters, digits and dashes, a letter first."
  }
}

variable "region" {
  description = "The region of everything that is made."
  type        = string
  default     = "fra1"
}

variable "node_size" {
  description = "The size of each node of the cluster."
  type        = string
  default     = "s-2vcpu-4gb"
}

variable "valkey_size" {
  description = "The size of the Valkey node."
  type        = string
  default     = "db-s-1vcpu-1gb"
}

variable "registry_tier" {
  description = "The tier of the registry: starter, basic or professional."
  type        = string
  default     = "basic"
}

variable "domain" {
  description = "The host name of the service, for the uptime check. Empty for no check."
  type        = string
  default     = ""
}

variable "alert_email" {
  description = "The address to notify when the service is down. The account must have verified it."
  type        = string
  default     = ""

  validation {
    condition     = var.domain == "" || var.alert_email != ""
    error_message = "The uptime check needs an address to notify: set alert_email."
  }
}
