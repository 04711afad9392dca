output "cluster" {
  description = "For: doctl kubernetes cluster kubeconfig save NAME"
  value       = digitalocean_kubernetes_cluster.this.name
}

output "registry" {
  description = "DOCKER_IMAGE starts with it."
  value       = digitalocean_container_registry.this.endpoint
}

output "private_network" {
  description = "Where Valkey is: for the chart's extraEgress."
  value       = digitalocean_vpc.this.ip_range
}

output "redis_url" {
  description = "REDIS_URL, for the chart's redis.existingSecret."
  value       = digitalocean_database_cluster.valkey.private_uri
  sensitive   = true
}
