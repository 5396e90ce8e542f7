# Sourced: Apache Kafka from Maven Central, one KRaft node.

KAFKA_HERE=$(dirname "${BASH_SOURCE[0]}")
# It runs for minutes and starts often: code that is quickly compiled costs less than good code.
JAVA=(java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC)
KAFKA_CLUSTER_ID=Z3JpZGZlZWQtY2kta3JhZg

# provision_kafka CACHE: prints the folder of jars, fetched once per version of pom.xml.
provision_kafka() {
  local lib
  lib=$1/kafka-$(sha256sum "$KAFKA_HERE/pom.xml" | cut -c1-12)
  if [[ ! -d $lib ]]; then
    say "fetching Apache Kafka"
    rm -rf "$lib.part"
    mvn --batch-mode --quiet --file "$KAFKA_HERE/pom.xml" dependency:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$lib.part" >&2
    mv "$lib.part" "$lib"
  fi
  echo "$lib"
}

# prepare_kafka LIB RUN_DIR PORT: settings and a new, formatted log directory. RUN_DIR/secured has
# what make_certificates made.
prepare_kafka() {
  local lib=$1 run=$2 port=$3 controller here there name
  controller=$(free_port)
  here=PLAINTEXT://127.0.0.1:$port there=$here
  for name in SSL SASL_SSL SASL_PLAINTEXT; do
    free_port >"$run/secured/$name.port"
    here+=",$name://127.0.0.1:$(<"$run/secured/$name.port")"
    there+=",$name://localhost:$(<"$run/secured/$name.port")"
  done
  {
    cat "$KAFKA_HERE/server.properties" "$KAFKA_HERE/secured.properties"
    echo "listeners=$here,CONTROLLER://127.0.0.1:$controller"
    echo "advertised.listeners=$there"
    echo "ssl.keystore.location=$run/secured/broker.pem"
    echo "ssl.truststore.location=$run/secured/ca.pem"
    echo "sasl.oauthbearer.jwks.endpoint.url=file://$run/secured/jwks.json"
    echo "controller.quorum.voters=1@127.0.0.1:$controller"
    echo "log.dirs=$run/kafka"
  } >"$run/server.properties"
  "${JAVA[@]}" -cp "$lib/*" kafka.tools.StorageTool format --cluster-id "$KAFKA_CLUSTER_ID" \
    --config "$run/server.properties" >"$run/kafka-format.log" 2>&1 ||
    { cat "$run/kafka-format.log" >&2; fail "Kafka's storage cannot be formatted"; }
  kafka_program "$lib" "$run" kafka-acls.sh kafka.admin.AclCommand
  kafka_program "$lib" "$run" kafka-configs.sh kafka.admin.ConfigCommand
}

# kafka_program LIB RUN_DIR NAME CLASS: the program that administrators know by NAME.
kafka_program() {
  printf '#!/bin/sh\nexec %s -cp "%s/*" %s "$@"\n' "${JAVA[*]}" "$1" "$4" >"$2/secured/$3"
  chmod +x "$2/secured/$3"
}

# start_kafka LIB RUN_DIR: on what prepare_kafka made, also after a kill.
start_kafka() {
  start kafka "$2" "${JAVA[@]}" -Xmx768m -Dorg.slf4j.simpleLogger.showDateTime=true \
    -cp "$1/*" kafka.Kafka "$2/server.properties"
}

# wait_for_kafka LIB RUN_DIR PORT: until it says which requests it understands.
wait_for_kafka() {
  wait_for kafka "$2" 60 bash -c "exec 3<>/dev/tcp/127.0.0.1/$3"
  wait_for kafka "$2" 60 "${JAVA[@]}" -cp "$1/*" kafka.admin.BrokerApiVersionsCommand \
    --bootstrap-server "127.0.0.1:$3"
}
