use super::*;

/// A template with many sorts of fields, and the hash that Go's dump of it has in 1.36.
#[test]
fn a_template_has_the_hash_that_a_real_cluster_gives_it() {
    let template = Value::from_json(TEMPLATE).expect("it is JSON");
    assert_eq!(of_template(&template, None), "5fd95f8874");
    assert_ne!(of_template(&template, Some(1)), "5fd95f8874");
}

#[rustfmt::skip]
const TEMPLATE: &str = r#"
{"metadata":{"labels":{"app":"shop","tier":"front"},"annotations":{"note":"a & b"}},"spec":
{"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{"runAsUser":1000,"supplementalGroups":[5,6]},"schedulerName":"default-scheduler","hostNetwork":true,"nodeSelector":{"disk":"ssd"},"tolerations":[{"key":"a","operator":"Exists","effect":"NoExecute","tolerationSeconds":3}],
"affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":3,"podAffinityTerm":{"topologyKey":"zone","labelSelector":{"matchExpressions":[{"key":"app","operator":"In","values":["shop"]}]}}}]}},
"volumes":[{"name":"v","configMap":{"name":"c","defaultMode":420,"items":[{"key":"k","path":"p"}]}},{"name":"e","emptyDir":{"sizeLimit":"1500Mi"}}],
"containers":[{"name":"web","image":"nginx:1.27","ports":[{"containerPort":80,"name":"http","protocol":"TCP"}],"env":[{"name":"A","value":"b"},{"name":"LIMIT","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"0"}}},{"name":"S","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":true}}}],"envFrom":[{"configMapRef":{"name":"all"}}],
"resources":{"limits":{"cpu":"1500m","memory":"100Ti","ephemeral-storage":"8Gi"},"requests":{"cpu":"0","memory":"64Mi"}},"volumeMounts":[{"name":"v","mountPath":"/v"}],
"readinessProbe":{"httpGet":{"path":"/","port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"livenessProbe":{"tcpSocket":{"port":80},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"lifecycle":{"preStop":{"sleep":{"seconds":5}}},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{"capabilities":{"drop":["ALL"]},"allowPrivilegeEscalation":false}}]}}"#;
