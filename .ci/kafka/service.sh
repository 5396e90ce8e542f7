# Sourced: Apache Kafka from Maven Central, one KRaft node.

KAFKA_HERE=$(dirname "${BASH_SOURCE[0]}")
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

# prepare_kafka LIB RUN_DIR PORT: settings and a new, formatted log directory.
prepare_kafka() {
  local lib=$1 run=$2 port=$3 controller
  controller=$(free_port)
  {
    cat "$KAFKA_HERE/server.properties"
    echo "listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller"
    echo "advertised.listeners=PLAINTEXT://127.0.0.1:$port"
    echo "controller.quorum.voters=1@127.0.0.1:$controller"
    echo "log.dirs=$run/kafka"
  } >"$run/server.properties"
  java -cp "$lib/*" kafka.tools.StorageTool format --cluster-id "$KAFKA_CLUSTER_ID" \
    --config "$run/server.properties" >"$run/kafka-format.log" 2>&1 ||
    { cat "$run/kafka-format.log" >&2; fail "Kafka's storage cannot be formatted"; }
}

# start_kafka LIB RUN_DIR: on what prepare_kafka made, also after a kill.
start_kafka() {
  start kafka "$2" java -Xmx768m -Dorg.slf4j.simpleLogger.showDateTime=true \
    -cp "$1/*" kafka.Kafka "$2/server.properties"
}

# wait_for_kafka LIB RUN_DIR PORT: until it says which requests it understands.
wait_for_kafka() {
  wait_for kafka "$2" 60 bash -c "exec 3<>/dev/tcp/127.0.0.1/$3"
  wait_for kafka "$2" 60 java -cp "$1/*" kafka.admin.BrokerApiVersionsCommand \
    --bootstrap-server "127.0.0.1:$3"
}
