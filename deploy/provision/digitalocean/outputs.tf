output "cluster" {
  description = "The name of the cluster, for: doctl kubernetes cluster kubeconfig save NAME"
  value       = digitalocean_kubernetes_cluster.this.name
}

output "registry" {
  description = "The address of the registry, with which DOCKER_IMAGE begins."
  value       = digitalocean_container_registry.this.endpoint
}

output "private_network" {
  description = "The network in which Valkey is, for the chart's extraEgress."
  value       = digitalocean_vpc.this.ip_range
}

output "redis_url" {
  description = "The URL of Valkey (REDIS_URL), for the chart's redis.existingSecret."
  value       = digitalocean_database_cluster.valkey.private_uri
  sensitive   = true
}
